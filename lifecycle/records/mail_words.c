#include "lifecycle/records/mail_words.h"

#include <stdio.h>
#include <string.h>

enum { WIDTH = 72 };

/* ---- setting ---------------------------------------------------------------- */

struct letter {
	const struct cp_mail_case *m;
	struct cp_buf *out;
	struct cp_buf words; /* of the paragraph */
	int to_child;
	char who[2100];      /* "you" or the child's name */
};

static const char *
name_of(const struct letter *l)
{
	return l->to_child ? "you" : l->who;
}

/* Columns that the LEN bytes at TEXT take. */
static size_t
columns(const char *text, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++)
		n += (text[i] & 0xc0) != 0x80;
	return n;
}

/* Ends the paragraph: its words, wrapped, and an empty line. */
static void
end_paragraph(struct letter *l)
{
	const char *p = cp_buf_text(&l->words);
	size_t at = 0, len, wide;

	while (*p != '\0') {
		p += strspn(p, " \t\r\n");
		len = strcspn(p, " \t\r\n");
		wide = columns(p, len);
		if (len == 0)
			break;
		if (at > 0 && at + 1 + wide > WIDTH) {
			cp_buf_putc(l->out, '\n');
			at = 0;
		} else if (at > 0) {
			cp_buf_putc(l->out, ' ');
			at++;
		}
		cp_buf_put(l->out, p, len);
		at += wide;
		p += len;
	}
	cp_buf_puts(l->out, "\n\n");
	cp_buf_reset(&l->words);
}

static void
put_date(struct cp_buf *out, struct cp_date d)
{
	static const char *const months[] = { "January", "February", "March",
		"April", "May", "June", "July", "August", "September",
		"October", "November", "December" };
	int year, month, day;

	if (!cp_date_set(d))
		return;
	cp_date_split(d, &year, &month, &day);
	cp_buf_printf(out, "%d %s %d", day, months[month - 1], year);
}

/* The day of a time in RFC 3339. */
static void
put_day(struct cp_buf *out, const char *time)
{
	struct cp_err ignored = { 0 };
	struct cp_date d = { 0 };
	char text[12];

	(void)snprintf(text, sizeof(text), "%.10s", time);
	if (cp_date_parse(text, &d, &ignored) == CP_OK)
		put_date(out, d);
}

/* ---- what is said ---------------------------------------------------------- */

static void
put_hidden(struct letter *l)
{
	static const struct {
		enum cp_hide part;
		const char *words;
	} all[] = {
		{ CP_HIDE_ADDRESS, "every address" },
		{ CP_HIDE_CONTACT, "telephone numbers" },
		{ CP_HIDE_SCHOOL, "the school" },
		{ CP_HIDE_PRACTICE, "the doctor\xe2\x80\x99s practice" },
		{ CP_HIDE_PRACTITIONER, "who works with the child" },
		{ CP_HIDE_INVOLVEMENTS, "the services involved" },
		{ CP_HIDE_FORMER_NAMES, "former names" },
		{ CP_HIDE_CARERS, "the names of carers" },
		{ CP_HIDE_NUMBERS, "pupil numbers" },
	};
	int n = 0;

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		if ((l->m->shield->hidden & (unsigned)all[i].part) == 0)
			continue;
		cp_buf_printf(&l->words, "%s%s", n++ > 0 ? ", " :
		    "This is hidden: ", all[i].words);
	}
	if (n > 0)
		cp_buf_puts(&l->words, ".  Only a few officers can see it, "
		    "and each time they say why.");
	end_paragraph(l);
}

static void
put_tell_us(struct letter *l)
{
	cp_buf_printf(&l->words, "Please tell us at once when %s, or if "
	    "somebody has found out where %s %s.", l->to_child ? "you move" :
	    "the child moves", name_of(l), l->to_child ? "are" : "is");
	end_paragraph(l);
}

static void
put_next(struct letter *l)
{
	cp_buf_puts(&l->words, "We look at this again by ");
	put_date(&l->words, l->m->shield->review);
	cp_buf_puts(&l->words, ".  Until we have decided otherwise it stays "
	    "hidden.");
	end_paragraph(l);
	put_tell_us(l);
}

static void
put_received(struct letter *l)
{
	cp_buf_printf(&l->words, "We were asked to hide where %s can be "
	    "found.  It has been hidden since that day, ", name_of(l));
	put_day(&l->words, l->m->shield->requested);
	cp_buf_putc(&l->words, '.');
	end_paragraph(l);
	put_hidden(l);
	cp_buf_puts(&l->words, "We decide by ");
	put_date(&l->words, l->m->shield->review);
	cp_buf_puts(&l->words, " and write to you then.  You need not do "
	    "anything.");
	end_paragraph(l);
	put_tell_us(l);
}

static void
put_granted(struct letter *l)
{
	cp_buf_printf(&l->words, "We have decided to hide where %s can be "
	    "found.", name_of(l));
	end_paragraph(l);
	put_hidden(l);
	put_next(l);
}

static void
put_why_not(struct letter *l)
{
	const char *complaint = l->m->complaint;

	if (l->m->reason != NULL && l->m->reason[0] != '\0') {
		cp_buf_printf(&l->words, "Why: %s", l->m->reason);
		end_paragraph(l);
	}
	if (complaint == NULL || complaint[0] == '\0')
		complaint = "If you think that this is wrong, you can "
		    "complain: to us, by answering this letter; then to the "
		    "Local Government and Social Care Ombudsman; and about "
		    "how we use what we hold, to the Information "
		    "Commissioner.";
	cp_buf_puts(&l->words, complaint);
	end_paragraph(l);
	cp_buf_puts(&l->words, "You can ask again at any time, above all when "
	    "something has changed.");
	end_paragraph(l);
}

static void
put_refused(struct letter *l)
{
	int lifted = strcmp(l->m->shield->status, "lifted") == 0;

	cp_buf_printf(&l->words, lifted ? "We have decided that where %s can "
	    "be found need not be hidden any longer.  It can be seen again "
	    "by those who work with children." : "We have decided not to "
	    "hide where %s can be found.  What was hidden since we were asked "
	    "can be seen again by those who work with children.",
	    name_of(l));
	end_paragraph(l);
	put_why_not(l);
}

static void
put_review(struct letter *l)
{
	cp_buf_puts(&l->words, "On ");
	put_day(&l->words, l->m->shield->reviewed);
	cp_buf_printf(&l->words, " we looked again at whether to hide where "
	    "%s can be found.  It stays hidden.", name_of(l));
	end_paragraph(l);
	put_hidden(l);
	put_next(l);
}

/* ---- the whole -------------------------------------------------------------- */

void
cp_mail_head(const char *authority, struct cp_buf *out)
{
	cp_buf_printf(out, "The shielding officer\nAuthority %.16s\n",
	    authority);
}

static void
put_top(struct letter *l)
{
	const struct cp_mail_case *m = l->m;
	const struct cp_address *a = &m->doc->addresses[m->to];
	const char *of = l->to_child ? "" : "The parent or carer of\n";

	cp_mail_head(m->doc->authority, l->out);
	cp_buf_printf(l->out, "Our reference: %s\n", m->shield->id);
	put_date(l->out, m->today);
	cp_buf_printf(l->out, "\n\n%s%s\n", of, l->who);
	for (size_t i = 0; i < a->n_lines; i++)
		cp_buf_printf(l->out, "%s\n", a->lines[i]);
	if (a->postcode != NULL)
		cp_buf_printf(l->out, "%s\n", a->postcode);
	cp_buf_printf(l->out, "\nDear %s,\n\n", l->to_child ? l->who :
	    "parent or carer");
}

int
cp_mail_to_child(const struct cp_mail_case *m)
{
	struct cp_date grown = cp_date_attained(cp_partial_last(m->doc->birth),
	    CP_MAIL_COMPREHENSION, m->leap);

	if (strcmp(m->shield->asked_by, "parent") == 0)
		return 0;
	return strcmp(m->shield->asked_by, "child") == 0 ||
	    cp_date_cmp(grown, m->today) <= 0;
}

typedef void words_fn(struct letter *l);

static enum cp_rc
choose(const struct cp_mail_case *m, words_fn **words, struct cp_err *err)
{
	const struct cp_shield *s = m->shield;
	int asked = strcmp(s->status, "requested") == 0;
	int granted = strcmp(s->status, "granted") == 0;

	if (strcmp(m->kind, "request-received") == 0) {
		*words = put_received;
		return asked ? CP_OK : cp_fail(err, CP_REFUSED, "the request "
		    "is %s already: the letter is --kind outcome", s->status);
	}
	if (strcmp(m->kind, "outcome") == 0) {
		*words = granted ? put_granted : put_refused;
		return !asked ? CP_OK : cp_fail(err, CP_REFUSED, "nothing is "
		    "decided yet");
	}
	if (strcmp(m->kind, "review") == 0) {
		*words = put_review;
		return granted && s->reviewed[0] != '\0' ? CP_OK :
		    cp_fail(err, CP_REFUSED, "there was no review");
	}
	return cp_fail(err, CP_USAGE, "--kind is outcome, request-received or "
	    "review");
}

enum cp_rc
cp_mail_words(const struct cp_mail_case *m, struct cp_buf *out,
    struct cp_err *err)
{
	struct letter l = { .m = m, .out = out };
	struct cp_buf name;
	words_fn *words = NULL;
	enum cp_rc rc = choose(m, &words, err);

	if (rc != CP_OK)
		return rc;
	cp_buf_init(&l.words);
	cp_buf_init(&name);
	l.to_child = cp_mail_to_child(m);
	cp_document_name(m->doc, &name);
	rc = cp_buf_check(&name, err);
	if (rc == CP_OK && name.len >= sizeof(l.who))
		rc = cp_fail(err, CP_REFUSED, "the name is too long for a "
		    "letter");
	if (rc == CP_OK) {
		memcpy(l.who, cp_buf_text(&name), name.len + 1);
		put_top(&l);
		words(&l);
		cp_buf_puts(out, "Yours sincerely,\nThe shielding officer\n");
		rc = cp_buf_check(&l.words, err);
	}
	if (rc == CP_OK)
		rc = cp_buf_check(out, err);
	explicit_bzero(l.who, sizeof(l.who));
	cp_buf_clear(&l.words);
	cp_buf_clear(&name);
	return rc;
}
