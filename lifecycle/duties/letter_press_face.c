#include <stdlib.h>
#include <string.h>

#include "lifecycle/duties/letter_press_impl.h"

/* Nastaliq runs small for its size. */
#define NASTALIQ_SCALE 1.15

struct format {
	double margin;  /* left and right, millimetres */
	double leading; /* of what is natural for the face */
	double size[PRESS_FACES];
};

/* Points.  Of large print nothing is under 16, and all of the text 18 or
 * more; but for an address that would else not fit into the window: it is for
 * the post, and five lines are usual. */
static const struct format standard = { 25, 1, {
	[PRESS_BODY] = 11, [PRESS_H1] = 17, [PRESS_H2] = 13,
	[PRESS_NAME] = 17, [PRESS_OFFICE] = 9.5, [PRESS_CONTACT] = 9.5,
	[PRESS_DATE] = 11, [PRESS_LABEL] = 9.5, [PRESS_REFERENCE] = 11,
	[PRESS_FOOT] = 9, [PRESS_TO] = 11, [PRESS_TO_2] = 10,
	[PRESS_TO_3] = 9 } };
static const struct format easy = { 25, 1.08, {
	[PRESS_BODY] = 14, [PRESS_H1] = 21, [PRESS_H2] = 17,
	[PRESS_NAME] = 19, [PRESS_OFFICE] = 11, [PRESS_CONTACT] = 11,
	[PRESS_DATE] = 14, [PRESS_LABEL] = 11, [PRESS_REFERENCE] = 14,
	[PRESS_FOOT] = 11, [PRESS_TO] = 12, [PRESS_TO_2] = 11,
	[PRESS_TO_3] = 10 } };
static const struct format large = { 20, 1.12, {
	[PRESS_BODY] = 18, [PRESS_H1] = 26, [PRESS_H2] = 21,
	[PRESS_NAME] = 24, [PRESS_OFFICE] = 16, [PRESS_CONTACT] = 16,
	[PRESS_DATE] = 18, [PRESS_LABEL] = 16, [PRESS_REFERENCE] = 18,
	[PRESS_FOOT] = 16, [PRESS_TO] = 16, [PRESS_TO_2] = 13,
	[PRESS_TO_3] = 10.5 } };

static const struct { const char *language, *family; } own_families[] = {
	{ "ar", "Noto Sans Arabic" }, { "bn", "Noto Sans Bengali" },
	{ "gu", "Noto Sans Gujarati" }, { "pa", "Noto Sans Gurmukhi" },
	{ "ta", "Noto Sans Tamil" }, { "hi", "Noto Sans Devanagari" }
};

static const struct format *
format_of(const struct cp_press *p)
{
	return p->large ? &large : p->easy ? &easy : &standard;
}

static int
is_of_post(enum press_face face)
{
	return face >= PRESS_TO;
}

/* In Latin letters as a rule, in every language. */
static int
is_latin(enum press_face face)
{
	return is_of_post(face) || (face >= PRESS_NAME &&
	    face <= PRESS_CONTACT);
}

double
press_size(const struct cp_press *p, enum press_face face)
{
	double size = format_of(p)->size[face];

	return p->nastaliq && !p->large && !is_latin(face) ?
	    size * NASTALIQ_SCALE : size;
}

double
press_grey(enum press_face face)
{
	return face == PRESS_CONTACT || face == PRESS_LABEL ||
	    face == PRESS_FOOT ? 0.25 : face >= PRESS_TO ? 0 : 0.08;
}

/* A script's own face comes before those of others, for the signs that several
 * scripts share. */
static char *
families(const char *language, int nastaliq)
{
	const char *own = nastaliq ? "Noto Nastaliq Urdu" :
	    "Noto Sans Arabic";

	for (size_t i = 0; !nastaliq &&
	    i < sizeof(own_families) / sizeof(own_families[0]); i++)
		if (strncmp(language, own_families[i].language, 2) == 0)
			own = own_families[i].family;
	return g_strconcat("Noto Sans,", own, ",", nastaliq ? INK_SCRIPTS :
	    INK_SANS, NULL);
}

/* The height of a line, which holds both the language's script and Latin; of
 * the letterhead, Latin. */
static void
measure_face(struct cp_press *p, enum press_face face)
{
	PangoContext *context = is_of_post(face) ? p->post : p->context;
	const char *const languages[] = { p->language, "en" };
	double leading = is_of_post(face) ? 1 : format_of(p)->leading;
	double extra;

	for (int i = is_latin(face); i < 2; i++) {
		PangoFontMetrics *m = pango_context_get_metrics(context,
		    p->face[face],
		    pango_language_from_string(languages[i]));
		double a = (double)pango_font_metrics_get_ascent(m) /
		    PANGO_SCALE;
		double d = (double)pango_font_metrics_get_descent(m) /
		    PANGO_SCALE;

		if (a > p->ascent[face])
			p->ascent[face] = a;
		if (d > p->descent[face])
			p->descent[face] = d;
		pango_font_metrics_unref(m);
	}
	extra = (p->ascent[face] + p->descent[face]) * (leading - 1);
	p->ascent[face] += extra / 2;
	p->descent[face] += extra / 2;
}

static enum cp_rc
open_contexts(struct cp_press *p, struct cp_err *err)
{
	struct ink_fonts *post;
	enum cp_rc rc = ink_fonts_open(p->nastaliq, INK_ALL, &p->fonts, err);

	if (rc == CP_OK && p->nastaliq)
		rc = ink_fonts_open(0, INK_ALL, &p->post_fonts, err);
	if (rc != CP_OK)
		return rc;
	post = p->nastaliq ? p->post_fonts : p->fonts;
	p->context = ink_context(p->fonts, p->language, p->rtl ?
	    INK_TO_LEFT : INK_TO_RIGHT);
	p->post = ink_context(post, "en-GB", INK_TO_RIGHT);
	return CP_OK;
}

enum cp_rc
press_faces_open(struct cp_press *p, const char *face, struct cp_err *err)
{
	enum cp_rc rc;

	p->nastaliq = strcmp(face, "nastaliq") == 0;
	if (!p->nastaliq && strcmp(face, "sans") != 0)
		return cp_fail(err, CP_BAD_INPUT, "there is no face \"%.32s\"",
		    face);
	rc = open_contexts(p, err);
	if (rc != CP_OK)
		return rc;
	p->families = families(p->language, p->nastaliq);
	for (int i = 0; i < PRESS_FACES; i++) {
		const struct ink_face f = {
			.family = is_of_post((enum press_face)i) ? INK_SANS :
			    p->families,
			.size = press_size(p, (enum press_face)i),
			.bold = i == PRESS_H1 || i == PRESS_H2 ||
			    i == PRESS_NAME || i == PRESS_OFFICE };

		p->face[i] = ink_describe(&f);
		measure_face(p, (enum press_face)i);
	}
	p->margin = format_of(p)->margin * INK_MM;
	p->measure = 210 * INK_MM - 2 * p->margin;
	p->foot = 289 * INK_MM - p->ascent[PRESS_FOOT] -
	    p->descent[PRESS_FOOT];
	p->bottom = p->foot - 5 * INK_MM;
	return CP_OK;
}

void
press_faces_close(struct cp_press *p)
{
	for (int i = 0; i < PRESS_FACES; i++)
		if (p->face[i] != NULL)
			pango_font_description_free(p->face[i]);
	g_clear_object(&p->context);
	g_clear_object(&p->post);
	ink_fonts_free(p->fonts);
	ink_fonts_free(p->post_fonts);
	g_free(p->families);
}
