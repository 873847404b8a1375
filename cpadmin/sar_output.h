#ifndef CP_CPADMIN_SAR_OUTPUT_H
#define CP_CPADMIN_SAR_OUTPUT_H

#include <limits.h>

#include "archive/buf.h"
#include "cpadmin/cmd.h"

/*
 * The new file of --output, of mode 0600, together with a transaction: it is
 * written and synced beside its place first, then what is entered about it is
 * committed, then it gets its name.  What has that name is entered; what is
 * entered has been written.
 */
struct cp_sar_output {
	const char *path;
	char part[PATH_MAX]; /* ".NAME.SAR-0001.part" beside it */
	int written, fd;     /* -1; locked until it has its name */
};

/* Whether it can be written there: CP_USAGE without --output, CP_REFUSED where
 * the name is taken, CP_NOT_FOUND, CP_FAILED for its folder. */
enum cp_rc cp_sar_output_take(const struct cp_call *call, const char *sar,
    struct cp_sar_output *out, struct cp_err *err) CP_MUST_CHECK;
/* Within the transaction: DATA beside its place, in the place of what a run
 * that was killed left there.  CP_BUSY: another that was before gives it its
 * name now. */
enum cp_rc cp_sar_output_write(struct cp_sar_output *o,
    const struct cp_buf *data, struct cp_err *err) CP_MUST_CHECK;
/* After the commit: it gets its name.  CP_REFUSED: that was taken meanwhile,
 * and it has the other still, as whenever `written' stays set. */
enum cp_rc cp_sar_output_name(struct cp_sar_output *o, struct cp_err *err)
    CP_MUST_CHECK;
/* Nothing of it stays that has no name. */
void cp_sar_output_drop(struct cp_sar_output *o);

/* The lines of the file of --address, of mode 0600: where a letter goes to.
 * None without it. */
enum { CP_SAR_LINES = 10 };
struct cp_sar_address {
	const char *line[CP_SAR_LINES]; /* borrowed from text */
	size_t n;
	struct cp_buf text;
};
void cp_sar_address_init(struct cp_sar_address *a);
void cp_sar_address_clear(struct cp_sar_address *a);
/* CP_BAD_INPUT: not of mode 0600, empty, too long, or with more lines. */
enum cp_rc cp_sar_address_take(const struct cp_call *call,
    struct cp_sar_address *a, struct cp_err *err) CP_MUST_CHECK;

#endif
