#include "archive/volume_each.h"

#include <string.h>
#include <unistd.h>

#include "archive/volume_impl.h"

static enum cp_rc
walk(struct cp_volume_scan *s, cp_volume_payload_fn *fn, void *ctx,
    struct cp_err *err)
{
	char id[CP_VOLUME_ID + 1];
	const char *name = NULL;
	struct cp_buf payload;
	uint64_t size;
	enum cp_rc rc;

	cp_buf_init(&payload);
	while ((rc = cp_volume_scan_next(s, &name, &size, err)) == CP_OK &&
	    name != NULL) {
		if (!cp_volume_package_of(name, id)) {
			rc = cp_fail(err, CP_CORRUPT, "a member is no package");
			break;
		}
		cp_buf_reset(&payload);
		rc = cp_volume_scan_data(s, &payload, NULL, err);
		if (rc == CP_OK)
			rc = fn(ctx, id, payload.data, payload.len, err);
		if (rc != CP_OK)
			break;
	}
	cp_buf_clear(&payload);
	return rc;
}

enum cp_rc
cp_volume_each(const char *dir, const char *volume_id,
    cp_volume_payload_fn *fn, void *ctx, struct cp_err *err)
{
	struct cp_volume_scan *s = NULL;
	char where[PATH_MAX];
	int fd = -1;
	enum cp_rc rc;

	rc = cp_volume_open_read(dir, volume_id, &fd, where, err);
	if (rc == CP_OK)
		rc = cp_volume_scan_open(fd, where, 0, &s, err);
	if (rc == CP_OK && strcmp(cp_volume_scan_head(s)->volume,
	    volume_id) != 0)
		rc = cp_fail(err, CP_CORRUPT, "the file of volume %s holds "
		    "volume %s", volume_id, cp_volume_scan_head(s)->volume);
	if (rc == CP_OK)
		rc = walk(s, fn, ctx, err);
	cp_volume_scan_free(s);
	if (fd >= 0)
		(void)close(fd); /* only read */
	return rc;
}
