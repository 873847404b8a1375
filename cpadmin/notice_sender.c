#include "cpadmin/notice_sender.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lifecycle/store/config_letters.h"

/* One that was asked for; stays as long as all do. */
struct asked {
	struct asked *next;
	char authority[CP_AUTHORITY_MAX];
	char name[64];
	struct cp_buf post;
	struct cp_sender sender;
};

struct cp_senders {
	struct cp_config_letters letters;
	int rehearsal;
	pthread_mutex_t lock; /* of asked */
	struct asked *asked;
};

enum cp_rc
cp_senders_open(const struct cp_store *s, int rehearsal,
    struct cp_senders **out, struct cp_err *err)
{
	struct cp_senders *x = calloc(1, sizeof(*x));
	char path[4096];
	enum cp_rc rc = CP_OK;

	if (x == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	x->rehearsal = rehearsal || s == NULL;
	if (s != NULL)
		rc = cp_store_path(s, path, sizeof(path), err, "cpadmin.conf");
	if (rc == CP_OK && s != NULL)
		rc = cp_config_letters_load(path, &x->letters, err);
	if (rc == CP_OK && pthread_mutex_init(&x->lock, NULL) != 0) {
		cp_config_letters_clear(&x->letters);
		rc = cp_fail(err, CP_FAILED, "cannot make a lock");
	}
	if (rc == CP_OK)
		*out = x;
	else
		free(x);
	return rc;
}

void
cp_senders_free(struct cp_senders *x)
{
	struct asked *a, *next;

	if (x == NULL)
		return;
	for (a = x->asked; a != NULL; a = next) {
		next = a->next;
		cp_buf_clear(&a->post);
		free(a);
	}
	(void)pthread_mutex_destroy(&x->lock);
	cp_config_letters_clear(&x->letters);
	free(x);
}

/* ---- one ------------------------------------------------------------------ */

/* Nobody's: the numbers and names are those set apart for fiction. */
static void
make_up(struct asked *a)
{
	static const char *const lines[] = { "1 Rehearsal Street",
		"Anytown", "ZZ99 9ZZ" };
	struct cp_letterhead *h = &a->sender.head;

	(void)snprintf(a->name, sizeof(a->name), "Rehearsal Council %s",
	    a->authority);
	h->name = a->name;
	h->office = "Children's directory team";
	h->lines = lines;
	h->n_lines = sizeof(lines) / sizeof(lines[0]);
	h->phone = "0113 496 0001";
	h->email = "directory@rehearsal.example.org";
	h->web = "rehearsal.example.org/directory";
	a->sender.dpo = "dpo@rehearsal.example.org";
}

static void
take(struct asked *a, const struct cp_config_letterhead *from)
{
	struct cp_letterhead *h = &a->sender.head;

	h->name = from->name;
	h->office = from->office;
	h->lines = (const char *const *)from->lines;
	h->n_lines = from->n_lines;
	h->phone = from->phone;
	h->email = from->email;
	h->web = from->web;
	a->sender.dpo = from->dpo;
}

/* Where to write to, in one line. */
static void
put_post(struct asked *a)
{
	const struct cp_letterhead *h = &a->sender.head;

	if (h->office != NULL)
		cp_buf_printf(&a->post, "%s, ", h->office);
	cp_buf_puts(&a->post, h->name);
	for (size_t i = 0; i < h->n_lines; i++)
		cp_buf_printf(&a->post, ", %s", h->lines[i]);
}

static enum cp_rc
ask(struct cp_senders *x, const char *authority, struct asked **out,
    struct cp_err *err)
{
	const struct cp_config_letterhead *from =
	    cp_config_letters_of(&x->letters, authority);
	struct asked *a;
	enum cp_rc rc;

	if (from == NULL && !x->rehearsal) {
		(void)cp_fail(err, CP_REFUSED, "authority %s has no "
		    "letterhead", authority);
		cp_err_hint(err, "who writes is a setting: letterheads in "
		    "cpadmin.conf(5)");
		return CP_REFUSED;
	}
	a = calloc(1, sizeof(*a));
	if (a == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	(void)snprintf(a->authority, sizeof(a->authority), "%s", authority);
	cp_buf_init(&a->post);
	if (from != NULL)
		take(a, from);
	else
		make_up(a);
	put_post(a);
	rc = cp_buf_check(&a->post, err);
	if (rc != CP_OK) {
		cp_buf_clear(&a->post);
		free(a);
		return rc;
	}
	a->sender.post = cp_buf_text(&a->post);
	a->next = x->asked;
	*out = x->asked = a;
	return CP_OK;
}

enum cp_rc
cp_senders_of(void *ctx, const char *authority, struct cp_sender *out,
    struct cp_err *err)
{
	struct cp_senders *x = ctx;
	struct asked *a;
	enum cp_rc rc = CP_OK;

	if (pthread_mutex_lock(&x->lock) != 0)
		return cp_fail(err, CP_FAILED, "cannot take a lock");
	for (a = x->asked; a != NULL; a = a->next)
		if (strcmp(a->authority, authority) == 0)
			break;
	if (a == NULL)
		rc = ask(x, authority, &a, err);
	if (rc == CP_OK)
		*out = a->sender;
	(void)pthread_mutex_unlock(&x->lock);
	return rc;
}
