#include <fontconfig/fontconfig.h>
#include <pango/pangocairo.h>
#include <pango/pangofc-fontmap.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "lifecycle/duties/letter_page_impl.h"

#define TRUETYPE "/usr/share/fonts/truetype/"
#define NOTO TRUETYPE "noto/Noto"
#define DEJAVU TRUETYPE "dejavu/DejaVu"
/* In this order, so that the fixed face serves no script that has its own. */
#define FAMILY "Noto Sans,Noto Sans Arabic,Noto Sans Bengali," \
	"Noto Sans Devanagari,Noto Sans Gujarati,Noto Sans Gurmukhi," \
	"Noto Sans Hebrew,Noto Sans Tamil"
#define FIXED "DejaVu Sans Mono"

/* The font files, and for which script they are loaded.  Latin ones have
 * Greek and Cyrillic too, and are always there. */
struct font_file {
	GUnicodeScript script;
	const char *path, *package;
};
static const struct font_file font_files[] = {
	{ G_UNICODE_SCRIPT_LATIN, NOTO "Sans-Regular.ttf",
	    "fonts-noto-core" },
	{ G_UNICODE_SCRIPT_LATIN, NOTO "Sans-Bold.ttf", "fonts-noto-core" },
	{ G_UNICODE_SCRIPT_LATIN, DEJAVU "SansMono.ttf", "fonts-dejavu-core" },
	{ G_UNICODE_SCRIPT_ARABIC, NOTO "SansArabic-Regular.ttf",
	    "fonts-noto-core" },
	{ G_UNICODE_SCRIPT_ARABIC, NOTO "SansArabic-Bold.ttf",
	    "fonts-noto-core" },
	{ G_UNICODE_SCRIPT_BENGALI, NOTO "SansBengali-Regular.ttf",
	    "fonts-noto-core" },
	{ G_UNICODE_SCRIPT_BENGALI, NOTO "SansBengali-Bold.ttf",
	    "fonts-noto-core" },
	{ G_UNICODE_SCRIPT_DEVANAGARI, NOTO "SansDevanagari-Regular.ttf",
	    "fonts-noto-core" },
	{ G_UNICODE_SCRIPT_DEVANAGARI, NOTO "SansDevanagari-Bold.ttf",
	    "fonts-noto-core" },
	{ G_UNICODE_SCRIPT_GUJARATI, NOTO "SansGujarati-Regular.ttf",
	    "fonts-noto-core" },
	{ G_UNICODE_SCRIPT_GUJARATI, NOTO "SansGujarati-Bold.ttf",
	    "fonts-noto-core" },
	{ G_UNICODE_SCRIPT_GURMUKHI, NOTO "SansGurmukhi-Regular.ttf",
	    "fonts-noto-core" },
	{ G_UNICODE_SCRIPT_GURMUKHI, NOTO "SansGurmukhi-Bold.ttf",
	    "fonts-noto-core" },
	{ G_UNICODE_SCRIPT_HEBREW, NOTO "SansHebrew-Regular.ttf",
	    "fonts-noto-core" },
	{ G_UNICODE_SCRIPT_HEBREW, NOTO "SansHebrew-Bold.ttf",
	    "fonts-noto-core" },
	{ G_UNICODE_SCRIPT_TAMIL, NOTO "SansTamil-Regular.ttf",
	    "fonts-noto-core" },
	{ G_UNICODE_SCRIPT_TAMIL, NOTO "SansTamil-Bold.ttf",
	    "fonts-noto-core" },
};
enum { FONT_FILES = sizeof(font_files) / sizeof(font_files[0]) };

struct face {
	const char *family;
	double size; /* points */
	int bold;
	double grey;
};
static const struct face faces[FACES] = {
	[CP_PAGE_BODY] = { FAMILY, 9.5, 0, 0.1 },
	[CP_PAGE_LEAD] = { FAMILY, 11.5, 0, 0.3 },
	[CP_PAGE_DISPLAY] = { FAMILY, 27, 1, 0.1 },
	[CP_PAGE_QUIET] = { FAMILY, 8, 0, 0.38 },
	[CP_PAGE_MONO] = { FIXED, 8, 0, 0.1 },
	[FACE_H1] = { FAMILY, 20, 1, 0.1 },
	[FACE_H2] = { FAMILY, 11, 1, 0.1 },
	[FACE_CELL] = { FAMILY, 8.5, 0, 0.1 },
	[FACE_CELL_HEAD] = { FAMILY, 8, 0, 0.38 },
	[FACE_CELL_NAME] = { FAMILY, 8.5, 0, 0.38 },
	[FACE_CELL_MONO] = { FIXED, 7.5, 0, 0.1 },
	[FACE_CELL_STRONG] = { FAMILY, 8.5, 1, 0.1 },
	[FACE_LINES] = { FIXED, 16, 0, 0 },
	[FACE_NUMBER] = { FAMILY, 9.5, 0, 0.38 },
	[FACE_BESIDE] = { FAMILY, 9, 0, 0.1 },
	[FACE_BESIDE_HEAD] = { FAMILY, 9.5, 1, 0.1 },
	[FACE_RUNNING] = { FAMILY, 8, 0, 0.38 },
};

struct page_fonts {
	PangoFontMap *map;
	PangoContext *context;
	PangoFontDescription *face[FACES];
};

double
page_face_grey(enum page_face face)
{
	return faces[face].grey;
}

/* ---- which files ----------------------------------------------------------- */

static void
mark_scripts(const char *text, int wanted[FONT_FILES])
{
	for (; *text != '\0'; text = g_utf8_next_char(text)) {
		GUnicodeScript script;

		if ((unsigned char)text[0] < 0x80)
			continue;
		script = g_unichar_get_script(g_utf8_get_char(text));
		for (int i = 0; i < FONT_FILES; i++)
			wanted[i] |= font_files[i].script == script;
	}
}

static void
mark_all(const struct cp_page_doc *doc, int wanted[FONT_FILES])
{
	mark_scripts(doc->running, wanted);
	mark_scripts(doc->reference, wanted);
	mark_scripts(doc->of, wanted);
	for (size_t i = 0; i < doc->n_blocks; i++)
		for (int j = 0; j < doc->blocks[i].cells; j++)
			mark_scripts(doc->blocks[i].cell[j].text, wanted);
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

/* A configuration that knows these files only: nothing of the host's. */
static enum cp_rc
make_config(const int wanted[FONT_FILES], FcConfig **out, struct cp_err *err)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	FcConfig *config;

	(void)pthread_once(&once, set_no_host_config);
	config = FcConfigCreate();
	if (config == NULL)
		return cp_fail(err, CP_FAILED, "out of memory");
	for (int i = 0; i < FONT_FILES; i++) {
		const struct font_file *f = &font_files[i];

		if (!wanted[i] && f->script != G_UNICODE_SCRIPT_LATIN)
			continue;
		if (access(f->path, R_OK) == 0 && FcConfigAppFontAddFile(
		    config, (const FcChar8 *)f->path))
			continue;
		(void)cp_fail(err, CP_FAILED, "cannot read the font %s",
		    f->path);
		cp_err_hint(err, "it is of Debian's package %s", f->package);
		FcConfigDestroy(config);
		return CP_FAILED;
	}
	*out = config;
	return CP_OK;
}

/* ---- faces ----------------------------------------------------------------- */

static PangoFontDescription *
describe(const struct face *f)
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

enum cp_rc
page_fonts_load(struct cp_page_doc *doc, struct cp_err *err)
{
	int wanted[FONT_FILES] = { 0 };
	FcConfig *config = NULL;
	struct page_fonts *f;
	enum cp_rc rc;

	mark_all(doc, wanted);
	rc = make_config(wanted, &config, err);
	if (rc != CP_OK)
		return rc;
	f = calloc(1, sizeof(*f));
	if (f == NULL) {
		FcConfigDestroy(config);
		return cp_fail(err, CP_FAILED, "out of memory");
	}
	f->map = pango_cairo_font_map_new_for_font_type(CAIRO_FONT_TYPE_FT);
	pango_fc_font_map_set_config(PANGO_FC_FONT_MAP(f->map), config);
	FcConfigDestroy(config);
	f->context = pango_font_map_create_context(f->map);
	print_options(f->context);
	pango_context_set_language(f->context,
	    pango_language_from_string(doc->language));
	for (int i = 0; i < FACES; i++)
		f->face[i] = describe(&faces[i]);
	doc->fonts = f;
	return CP_OK;
}

void
page_fonts_free(struct page_fonts *fonts)
{
	if (fonts == NULL)
		return;
	for (int i = 0; i < FACES; i++)
		pango_font_description_free(fonts->face[i]);
	g_object_unref(fonts->context);
	/* a map that goes keeps its configuration for ever */
	pango_fc_font_map_set_config(PANGO_FC_FONT_MAP(fonts->map), NULL);
	pango_fc_font_map_shutdown(PANGO_FC_FONT_MAP(fonts->map));
	g_object_unref(fonts->map);
	free(fonts);
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
page_set_cell(struct cp_page_doc *doc, struct page_cell *cell,
    struct cp_err *err)
{
	PangoLayout *layout = pango_layout_new(doc->fonts->context);
	PangoRectangle r;

	cell->layout = layout;
	pango_layout_set_font_description(layout,
	    doc->fonts->face[cell->face]);
	set_attributes(layout);
	pango_layout_set_single_paragraph_mode(layout, TRUE);
	pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
	pango_layout_set_width(layout, cell->width <= 0 ? -1 :
	    (int)(cell->width * PANGO_SCALE));
	pango_layout_set_text(layout, cell->text, -1);
	if (pango_layout_get_unknown_glyphs_count(layout) > 0) {
		(void)cp_fail(err, CP_BAD_INPUT, "none of the fonts has the "
		    "character U+%04X", missing(layout));
		cp_err_hint(err, "it cannot be printed as it is");
		return CP_BAD_INPUT;
	}
	pango_layout_get_extents(layout, NULL, &r);
	cell->height = (double)r.height / PANGO_SCALE;
	return CP_OK;
}

void
page_clear_cell(struct page_cell *cell)
{
	g_clear_object(&cell->layout);
	free(cell->text);
	cell->text = NULL;
}
