#include "tests/population/pop.h"

#include <string.h>

#define LITERAL(o, text) out_put(o, text, sizeof(text) - 1)

static void
put_name(struct out *o, const char *given, const char *family, int32_t from)
{
	if (given[0] != '\0') {
		LITERAL(o, "\"given\":");
		out_json(o, given);
		LITERAL(o, ",");
	}
	LITERAL(o, "\"family\":");
	out_json(o, family);
	if (from != NEVER) {
		LITERAL(o, ",\"from\":\"");
		out_day(o, from);
		LITERAL(o, "\"");
	}
	LITERAL(o, "}");
}

static void
put_names(struct out *o, const struct child *c)
{
	LITERAL(o, "\"names\":[{\"type\":\"current\",");
	put_name(o, c->given, c->family, c->precision == 10 ? c->birth : NEVER);
	if (c->former) {
		LITERAL(o, ",{\"type\":\"former\",");
		put_name(o, c->former_given, c->former_family, NEVER);
	}
	LITERAL(o, "],");
}

static void
put_birth(struct out *o, const struct child *c)
{
	char text[11];

	day_text(c->birth, text);
	LITERAL(o, "\"birth_date\":\"");
	out_put(o, text, (size_t)c->precision);
	LITERAL(o, "\",");
}

static void
put_numbers(struct out *o, const struct child *c)
{
	LITERAL(o, "\"numbers\":[");
	if (c->nhs[0] != '\0') {
		LITERAL(o, "{\"type\":\"nhs\",\"value\":\"");
		out_put(o, c->nhs, 10);
		LITERAL(o, "\"}");
	}
	if (c->upn[0] != '\0') {
		if (c->nhs[0] != '\0')
			LITERAL(o, ",");
		LITERAL(o, "{\"type\":\"upn\",\"value\":\"");
		out_put(o, c->upn, 13);
		LITERAL(o, "\"}");
	}
	LITERAL(o, "],");
}

static void
put_address(struct out *o, const struct child *c)
{
	const struct address *a = &c->house.address;
	int i;

	LITERAL(o, "\"addresses\":[{\"type\":\"");
	if (c->address_type == NONE_KNOWN) {
		LITERAL(o, "none-known\"}],");
		return;
	}
	out_puts(o, c->address_type == CURRENT ? "current" : "last-known");
	LITERAL(o, "\",\"lines\":[");
	for (i = 0; i < 3 && a->line[i][0] != '\0'; i++) {
		if (i > 0)
			LITERAL(o, ",");
		out_json(o, a->line[i]);
	}
	LITERAL(o, "],\"postcode\":\"");
	out_puts(o, a->postcode);
	LITERAL(o, "\",\"from\":\"");
	out_day(o, a->from);
	LITERAL(o, "\",\"source\":\"");
	out_puts(o, a->source);
	LITERAL(o, "\"}],");
}

static void
put_carers(struct out *o, const struct child *c)
{
	const struct carer *k;
	uint32_t i;

	LITERAL(o, "\"carers\":[");
	for (i = 0; i < c->house.carers; i++) {
		k = &c->house.carer[i];
		if (i > 0)
			LITERAL(o, ",");
		LITERAL(o, "{\"name\":");
		out_json(o, k->name);
		LITERAL(o, ",\"relation\":\"");
		out_puts(o, k->relation);
		LITERAL(o, "\",\"responsibility\":");
		out_puts(o, k->responsibility ? "true" : "false");
		if (k->phone[0] != '\0') {
			LITERAL(o, ",\"phone\":");
			out_json(o, k->phone);
		}
		LITERAL(o, "}");
	}
	LITERAL(o, "],");
}

static void
put_optional(struct out *o, const char *key, const char *value)
{
	if (value[0] == '\0')
		return;
	out_puts(o, key);
	out_json(o, value);
}

static void
put_work(struct out *o, const struct work *k)
{
	LITERAL(o, "{\"service\":\"");
	out_puts(o, k->service);
	LITERAL(o, "\",\"provider\":");
	out_json(o, k->provider);
	put_optional(o, ",\"practitioner\":", k->practitioner);
	put_optional(o, ",\"phone\":", k->phone);
	LITERAL(o, ",\"start\":\"");
	out_day(o, k->start);
	LITERAL(o, "\",\"end\":");
	if (k->end == NEVER) {
		LITERAL(o, "null");
	} else {
		LITERAL(o, "\"");
		out_day(o, k->end);
		LITERAL(o, "\"");
	}
	LITERAL(o, ",\"lead\":");
	out_puts(o, k->lead ? "true" : "false");
	LITERAL(o, ",\"assessment\":");
	out_puts(o, k->assessment ? "true" : "false");
	LITERAL(o, ",\"sensitive\":");
	if (k->basis == NULL) {
		LITERAL(o, "null}");
		return;
	}
	LITERAL(o, "{\"basis\":\"");
	out_puts(o, k->basis);
	LITERAL(o, "\",\"evidence\":");
	out_json(o, k->evidence);
	LITERAL(o, "}}");
}

static void
put_fate(struct out *o, const struct child *c)
{
	LITERAL(o, "\"left_england\":");
	if (c->left == NEVER) {
		LITERAL(o, "null");
	} else {
		LITERAL(o, "{\"date\":\"");
		out_day(o, c->left);
		LITERAL(o, "\",\"intention\":\"");
		out_puts(o, c->intention);
		LITERAL(o, "\"}");
	}
	LITERAL(o, ",\"death\":");
	if (c->died == NEVER) {
		LITERAL(o, "null");
	} else {
		LITERAL(o, "{\"date\":\"");
		out_day(o, c->died);
		LITERAL(o, "\",\"notified\":\"");
		out_day(o, c->notified);
		LITERAL(o, "\"}");
	}
}

void
json_child(struct out *o, const struct child *c, bool ids)
{
	static const char *const gender[] = { "female", "male",
		"not-specified" };
	uint32_t i;

	LITERAL(o, "{\"cpadmin\":\"record/1\",");
	if (ids) {
		LITERAL(o, "\"id\":\"");
		out_put(o, c->id, 14);
		LITERAL(o, "\",");
	}
	LITERAL(o, "\"authority\":\"");
	out_puts(o, c->where->code);
	LITERAL(o, "\",");
	put_names(o, c);
	LITERAL(o, "\"gender\":\"");
	out_puts(o, gender[c->gender]);
	LITERAL(o, "\",");
	put_birth(o, c);
	put_numbers(o, c);
	put_address(o, c);
	put_carers(o, c);
	LITERAL(o, "\"involvements\":[");
	for (i = 0; i < c->works; i++) {
		if (i > 0)
			LITERAL(o, ",");
		put_work(o, &c->work[i]);
	}
	LITERAL(o, "],");
	put_fate(o, c);
	LITERAL(o, ",\"letters\":{\"language\":\"");
	out_puts(o, c->language);
	LITERAL(o, "\",\"format\":\"");
	out_puts(o, c->format);
	LITERAL(o, "\"}}");
}
