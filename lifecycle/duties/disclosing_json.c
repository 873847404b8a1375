#include <stdio.h>
#include <string.h>

#include "lifecycle/duties/disclosing_impl.h"
#include "lifecycle/store/json_put.h"

/* data.json.  What the record document has is in "record"; every other part is
 * a list, there for everybody, with or without anything in it. */

static int
in_record(enum cp_part part)
{
	return part >= CP_PART_NAMES && part <= CP_PART_LIFE;
}

static enum cp_rc
put_part(const struct cp_collection *c, size_t s, enum cp_part part,
    struct cp_buf *out, struct cp_err *err)
{
	struct cp_buf list;
	enum cp_rc rc;

	cp_buf_init(&list);
	rc = cp_collected_part(c, s, part, &list, err);
	if (rc == CP_OK)
		rc = cp_buf_check(&list, err);
	if (rc == CP_OK) {
		cp_buf_puts(out, ",\n");
		cp_json_put_key(out, cp_part_word(part));
		cp_json_put_raw(out, cp_buf_text(&list), list.len);
	}
	cp_buf_clear(&list);
	return rc;
}

static enum cp_rc
put_subject(const struct cp_collection *c, size_t s, struct cp_buf *out,
    struct cp_err *err)
{
	struct cp_buf record;
	enum cp_rc rc;

	cp_buf_init(&record);
	rc = cp_collected_record(c, s, &record, err);
	if (rc == CP_OK)
		rc = cp_buf_check(&record, err);
	if (rc == CP_OK) {
		cp_buf_puts(out, s > 0 ? ",\n" : "\n");
		cp_json_open(out, '{');
		cp_json_put_member(out, "state", c->subject[s].who.found);
		cp_buf_puts(out, ",\n");
		cp_json_put_key(out, "record");
		cp_json_put_raw(out, cp_buf_text(&record), record.len);
	}
	for (int p = 0; p < CP_PARTS && rc == CP_OK; p++)
		if (!in_record((enum cp_part)p))
			rc = put_part(c, s, (enum cp_part)p, out, err);
	cp_json_close(out, '}');
	cp_buf_clear(&record);
	return rc;
}

enum cp_rc
disclosing_json(const struct cp_disclosing *with, struct cp_buf *out,
    struct cp_err *err)
{
	char made[CP_DATE_TEXT];
	enum cp_rc rc = CP_OK;

	cp_json_open(out, '{');
	cp_json_put_member(out, "cpadmin", "access/1");
	cp_json_put_member(out, "request", with->sar->id);
	cp_json_put_member(out, "made",
	    cp_date_format(with->with->now->today, made));
	cp_json_put_key(out, "subjects");
	cp_json_open(out, '[');
	for (size_t s = 0; s < with->coll->n_subjects && rc == CP_OK; s++)
		rc = put_subject(with->coll, s, out, err);
	cp_json_close(out, ']');
	cp_json_close(out, '}');
	cp_buf_puts(out, "\n");
	return rc == CP_OK ? cp_buf_check(out, err) : rc;
}

enum cp_rc
disclosing_list(const struct cp_collection *c, struct cp_buf *out,
    size_t *given, struct cp_err *err)
{
	size_t n = 0;
	char idx[16];

	cp_json_open(out, '{');
	for (size_t s = 0; s < c->n_subjects; s++) {
		(void)snprintf(idx, sizeof(idx), "%d",
		    c->subject[s].who.idx);
		cp_json_put_key(out, idx);
		cp_json_open(out, '[');
		for (size_t i = 0; i < c->n; i++) {
			if (c->items[i].stored.subject !=
			    c->subject[s].who.idx || !cp_item_given(c, i))
				continue;
			cp_json_put_string(out, c->items[i].stored.key);
			n++;
		}
		cp_json_close(out, ']');
	}
	cp_json_close(out, '}');
	*given = n;
	return cp_buf_check(out, err);
}
