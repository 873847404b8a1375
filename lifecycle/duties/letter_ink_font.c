#include <cairo-ft.h>
#include <fontconfig/fontconfig.h>
#include <pango/pangocairo.h>
#include <pango/pangofc-fontmap.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "lifecycle/duties/letter_ink.h"

#define TRUETYPE "/usr/share/fonts/truetype/"
#define NOTO TRUETYPE "noto/Noto"
#define DEJAVU TRUETYPE "dejavu/DejaVu"
#define NANUM TRUETYPE "nanum/NanumGothic"
#define DROID TRUETYPE "droid/DroidSansFallbackFull.ttf"

/* The font files, and for which script they are loaded.  Latin ones have
 * Greek and Cyrillic too, and are always there. */
enum arabic { BOTH, SANS, NASTALIQ };
struct font_file {
	GUnicodeScript script;
	const char *path, *package;
	enum arabic arabic; /* with which of the two it goes */
};
#define NOTO_OF(SCRIPT, NAME) \
	{ G_UNICODE_SCRIPT_##SCRIPT, NOTO "Sans" NAME "-Regular.ttf", \
	    "fonts-noto-core", BOTH }, \
	{ G_UNICODE_SCRIPT_##SCRIPT, NOTO "Sans" NAME "-Bold.ttf", \
	    "fonts-noto-core", BOTH }
#define DROID_OF(SCRIPT) \
	{ G_UNICODE_SCRIPT_##SCRIPT, DROID, "fonts-droid-fallback", BOTH }
static const struct font_file font_files[] = {
	NOTO_OF(LATIN, ""),
	{ G_UNICODE_SCRIPT_LATIN, DEJAVU "SansMono.ttf",
	    "fonts-dejavu-core", BOTH },
	{ G_UNICODE_SCRIPT_ARABIC, NOTO "SansArabic-Regular.ttf",
	    "fonts-noto-core", SANS },
	{ G_UNICODE_SCRIPT_ARABIC, NOTO "SansArabic-Bold.ttf",
	    "fonts-noto-core", SANS },
	{ G_UNICODE_SCRIPT_ARABIC, NOTO "NastaliqUrdu-Regular.ttf",
	    "fonts-noto-core", NASTALIQ },
	{ G_UNICODE_SCRIPT_ARABIC, NOTO "NastaliqUrdu-Bold.ttf",
	    "fonts-noto-core", NASTALIQ },
	/* of the wordings */
	NOTO_OF(BENGALI, "Bengali"),
	NOTO_OF(DEVANAGARI, "Devanagari"),
	NOTO_OF(GUJARATI, "Gujarati"),
	NOTO_OF(GURMUKHI, "Gurmukhi"),
	NOTO_OF(HEBREW, "Hebrew"),
	NOTO_OF(TAMIL, "Tamil"),
	/* of names */
	NOTO_OF(ARMENIAN, "Armenian"),
	NOTO_OF(ETHIOPIC, "Ethiopic"),
	NOTO_OF(GEORGIAN, "Georgian"),
	NOTO_OF(KANNADA, "Kannada"),
	NOTO_OF(KHMER, "Khmer"),
	NOTO_OF(LAO, "Lao"),
	NOTO_OF(MALAYALAM, "Malayalam"),
	NOTO_OF(MYANMAR, "Myanmar"),
	NOTO_OF(ORIYA, "Oriya"),
	NOTO_OF(SINHALA, "Sinhala"),
	NOTO_OF(TELUGU, "Telugu"),
	NOTO_OF(THAANA, "Thaana"),
	NOTO_OF(THAI, "Thai"),
	DROID_OF(HAN),
	{ G_UNICODE_SCRIPT_HANGUL, NANUM ".ttf", "fonts-nanum", BOTH },
	{ G_UNICODE_SCRIPT_HANGUL, NANUM "Bold.ttf", "fonts-nanum", BOTH },
	DROID_OF(HIRAGANA),
	DROID_OF(KATAKANA),
	DROID_OF(BOPOMOFO),
};
enum { FONT_FILES = sizeof(font_files) / sizeof(font_files[0]) };
_Static_assert(FONT_FILES <= 64, "a bit for each");

struct ink_fonts {
	PangoFontMap *map;
	FcConfig *config;
	cairo_scaled_font_t *held[FONT_FILES];
	int n_held;
};

/* Threads that open and close faces take turns. */
static pthread_mutex_t faces = PTHREAD_MUTEX_INITIALIZER;

/* ---- which files ----------------------------------------------------------- */

uint64_t
ink_scripts(const char *text)
{
	uint64_t wanted = 0;

	for (; *text != '\0'; text = g_utf8_next_char(text)) {
		GUnicodeScript script;

		if ((unsigned char)text[0] < 0x80)
			continue;
		script = g_unichar_get_script(g_utf8_get_char(text));
		for (int i = 0; i < FONT_FILES; i++)
			if (font_files[i].script == script)
				wanted |= UINT64_C(1) << i;
	}
	return wanted;
}

/* Pango's first font map makes fontconfig load the host's configuration, in a
 * thread of its own, unless the process has one: an empty one is enough. */
static void
set_no_host_config(void)
{
	FcConfig *none = FcConfigCreate();

	if (none == NULL)
		return;
	(void)FcConfigSetCurrent(none);
	FcConfigDestroy(none);
}

/* The bold face says of itself that it is not. */
static const char bold_is_bold[] = "<fontconfig><match target=\"scan\">"
	"<test name=\"postscriptname\"><string>NotoNastaliqUrdu-Bold</string>"
	"</test><edit name=\"weight\" mode=\"assign\"><const>bold</const>"
	"</edit></match></fontconfig>";

/* Adds these files to what the configuration knows: nothing of the host's. */
static enum cp_rc
load_files(FcConfig *config, enum arabic arabic, uint64_t wanted,
    struct cp_err *err)
{
	for (int i = 0; i < FONT_FILES; i++) {
		const struct font_file *f = &font_files[i];

		if ((!(wanted & (UINT64_C(1) << i)) &&
		    f->script != G_UNICODE_SCRIPT_LATIN) ||
		    (f->arabic != BOTH && f->arabic != arabic))
			continue;
		if (access(f->path, R_OK) == 0 && FcConfigAppFontAddFile(
		    config, (const FcChar8 *)f->path))
			continue;
		(void)cp_fail(err, CP_FAILED, "cannot read the font %s",
		    f->path);
		cp_err_hint(err, "it is of Debian's package %s", f->package);
		return CP_FAILED;
	}
	return CP_OK;
}

/* ---- faces ----------------------------------------------------------------- */

PangoFontDescription *
ink_describe(const struct ink_face *f)
{
	PangoFontDescription *d = pango_font_description_new();

	pango_font_description_set_family_static(d, f->family);
	pango_font_description_set_weight(d, f->bold ? PANGO_WEIGHT_BOLD :
	    PANGO_WEIGHT_NORMAL);
	pango_font_description_set_absolute_size(d, f->size * PANGO_SCALE);
	return d;
}

/* Glyphs stand where the design puts them, not on a screen's grid. */
static void
print_options(PangoContext *context)
{
	cairo_font_options_t *o = cairo_font_options_create();

	cairo_font_options_set_hint_style(o, CAIRO_HINT_STYLE_NONE);
	cairo_font_options_set_hint_metrics(o, CAIRO_HINT_METRICS_OFF);
	cairo_font_options_set_antialias(o, CAIRO_ANTIALIAS_GRAY);
	pango_cairo_context_set_font_options(context, o);
	pango_cairo_context_set_resolution(context, 72);
	pango_context_set_round_glyph_positions(context, FALSE);
	cairo_font_options_destroy(o);
}

PangoContext *
ink_context(struct ink_fonts *f, const char *language, enum ink_runs runs)
{
	PangoContext *c = pango_font_map_create_context(f->map);

	print_options(c);
	pango_context_set_language(c, pango_language_from_string(language));
	if (runs != INK_AS_TEXT)
		pango_context_set_base_dir(c, runs == INK_TO_LEFT ?
		    PANGO_DIRECTION_RTL : PANGO_DIRECTION_LTR);
	return c;
}

static void
hold_face(struct ink_fonts *f, PangoContext *context, PangoFontFace *face)
{
	PangoFontDescription *d = pango_font_face_describe(face);
	cairo_scaled_font_t *scaled;
	PangoFont *font;

	pango_font_description_set_absolute_size(d, 10 * PANGO_SCALE);
	font = pango_font_map_load_font(f->map, context, d);
	pango_font_description_free(d);
	if (font == NULL)
		return;
	scaled = pango_cairo_font_get_scaled_font(PANGO_CAIRO_FONT(font));
	if (scaled != NULL && f->n_held < FONT_FILES &&
	    cairo_ft_scaled_font_lock_face(scaled) != NULL)
		f->held[f->n_held++] = cairo_scaled_font_reference(scaled);
	g_object_unref(font);
}

/*
 * Cairo keeps ten files of faces open for all threads together, and closes
 * another's while that begins to use it.  Those that are held it leaves alone:
 * all are, from before the first text until the fonts are freed.
 */
static void
hold_faces(struct ink_fonts *f)
{
	PangoContext *context = pango_font_map_create_context(f->map);
	PangoFontFamily **family = NULL;
	PangoFontFace **face = NULL;
	int n = 0, n_faces = 0;

	(void)pthread_mutex_lock(&faces);
	pango_font_map_list_families(f->map, &family, &n);
	for (int i = 0; i < n; i++) {
		pango_font_family_list_faces(family[i], &face, &n_faces);
		for (int k = 0; k < n_faces; k++)
			if (!pango_font_face_is_synthesized(face[k]))
				hold_face(f, context, face[k]);
		g_free(face);
	}
	g_free(family);
	(void)pthread_mutex_unlock(&faces);
	g_object_unref(context);
}

static void
release_faces(struct ink_fonts *f)
{
	for (int i = 0; i < f->n_held; i++) {
		cairo_ft_scaled_font_unlock_face(f->held[i]);
		cairo_scaled_font_destroy(f->held[i]);
	}
	f->n_held = 0;
}

enum cp_rc
ink_fonts_open(int nastaliq, uint64_t scripts, struct ink_fonts **out,
    struct cp_err *err)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct ink_fonts *f = calloc(1, sizeof(*f));
	enum cp_rc rc = CP_OK;

	(void)pthread_once(&once, set_no_host_config);
	if (f != NULL)
		f->config = FcConfigCreate();
	if (f == NULL || f->config == NULL)
		rc = cp_fail(err, CP_FAILED, "out of memory");
	if (rc == CP_OK && nastaliq && !FcConfigParseAndLoadFromMemory(
	    f->config, (const FcChar8 *)bold_is_bold, FcTrue))
		rc = cp_fail(err, CP_FAILED, "out of memory");
	if (rc == CP_OK)
		rc = load_files(f->config, nastaliq ? NASTALIQ : SANS,
		    scripts, err);
	if (rc != CP_OK) {
		ink_fonts_free(f);
		return rc;
	}
	f->map = pango_cairo_font_map_new_for_font_type(CAIRO_FONT_TYPE_FT);
	pango_fc_font_map_set_config(PANGO_FC_FONT_MAP(f->map), f->config);
	hold_faces(f);
	*out = f;
	return CP_OK;
}

void
ink_fonts_free(struct ink_fonts *f)
{
	if (f == NULL)
		return;
	(void)pthread_mutex_lock(&faces);
	release_faces(f);
	if (f->map != NULL) {
		/* a map that goes keeps its configuration for ever */
		pango_fc_font_map_set_config(PANGO_FC_FONT_MAP(f->map), NULL);
		pango_fc_font_map_shutdown(PANGO_FC_FONT_MAP(f->map));
		g_object_unref(f->map);
	}
	(void)pthread_mutex_unlock(&faces);
	if (f->config != NULL)
		FcConfigDestroy(f->config);
	free(f);
}

/* ---- setting --------------------------------------------------------------- */

/* The first character for which no face has a glyph. */
static unsigned
missing(PangoLayout *layout)
{
	PangoLayoutIter *it = pango_layout_get_iter(layout);
	unsigned found = 0;

	do {
		PangoLayoutRun *run = pango_layout_iter_get_run_readonly(it);

		for (int i = 0; run != NULL && i < run->glyphs->num_glyphs;
		    i++) {
			PangoGlyph g = run->glyphs->glyphs[i].glyph;

			if (found == 0 && (g & PANGO_GLYPH_UNKNOWN_FLAG))
				found = g & ~PANGO_GLYPH_UNKNOWN_FLAG;
		}
	} while (found == 0 && pango_layout_iter_next_run(it));
	pango_layout_iter_free(it);
	return found;
}

/* No hyphen is put where a fingerprint wraps; figures have one width. */
static void
set_attributes(PangoLayout *layout)
{
	PangoAttrList *list = pango_attr_list_new();

	pango_attr_list_insert(list, pango_attr_insert_hyphens_new(FALSE));
	pango_attr_list_insert(list, pango_attr_font_features_new("tnum"));
	pango_layout_set_attributes(layout, list);
	pango_attr_list_unref(list);
}

enum cp_rc
ink_set(PangoContext *context, const PangoFontDescription *face,
    const char *text, double width, PangoLayout **out, struct cp_err *err)
{
	PangoDirection runs = pango_context_get_base_dir(context);
	PangoLayout *layout = pango_layout_new(context);

	if (runs == PANGO_DIRECTION_LTR || runs == PANGO_DIRECTION_RTL)
		pango_layout_set_auto_dir(layout, FALSE);
	if (runs == PANGO_DIRECTION_RTL)
		pango_layout_set_alignment(layout, PANGO_ALIGN_RIGHT);
	pango_layout_set_font_description(layout, face);
	set_attributes(layout);
	pango_layout_set_single_paragraph_mode(layout, TRUE);
	pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
	pango_layout_set_width(layout, width <= 0 ? -1 :
	    (int)(width * PANGO_SCALE));
	pango_layout_set_text(layout, text, -1);
	if (pango_layout_get_unknown_glyphs_count(layout) == 0) {
		*out = layout;
		return CP_OK;
	}
	(void)cp_fail(err, CP_BAD_INPUT, "none of the fonts has the "
	    "character U+%04X", missing(layout));
	cp_err_hint(err, "it cannot be printed as it is");
	g_object_unref(layout);
	return CP_BAD_INPUT;
}
