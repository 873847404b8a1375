#include <hb-ot.h>
#include <hb-subset.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lifecycle/duties/letter_press_pdf.h"

/* A file of which glyphs are used in a part.  They keep their numbers, so that
 * text can be written before it is known which are used. */
struct press_font {
	int number;
	char name[80];      /* in PostScript */
	hb_face_t *face;    /* owned */
	hb_font_t *font;    /* owned; in its own units */
	unsigned n_glyphs, upem, space;
	int slopes;
	int about;          /* object: what kind of font it is */
	uint32_t *says;     /* by glyph: where in `texts', from 1; owned */
	struct cp_buf texts; /* each with its length before it */
};

static struct press_font *
font_of(hb_face_t *face, int number, const char *name)
{
	struct press_font *p = calloc(1, sizeof(*p));

	if (p == NULL)
		return NULL;
	p->number = number;
	(void)snprintf(p->name, sizeof(p->name), "%s", name);
	p->slopes = strstr(name, "Nastaliq") != NULL;
	p->face = hb_face_reference(face);
	p->font = hb_font_create(face);
	p->upem = hb_face_get_upem(face);
	p->n_glyphs = hb_face_get_glyph_count(face);
	if (!hb_font_get_nominal_glyph(p->font, ' ', &p->space))
		p->space = 0;
	cp_buf_init(&p->texts);
	p->says = calloc(p->n_glyphs + 1, sizeof(*p->says));
	if (p->says != NULL)
		return p;
	hb_font_destroy(p->font);
	hb_face_destroy(p->face);
	free(p);
	return NULL;
}

static void
font_free(struct press_font *p)
{
	hb_font_destroy(p->font);
	hb_face_destroy(p->face);
	cp_buf_clear(&p->texts);
	free(p->says);
	free(p);
}

/* The same file may be known to two font maps: it is known by its name. */
static struct press_font *
find_named(struct press_pdf *f, hb_face_t *face)
{
	char name[80] = "";
	unsigned len = sizeof(name);
	struct press_font **more, *p;

	(void)hb_ot_name_get_utf8(face, HB_OT_NAME_ID_POSTSCRIPT_NAME,
	    HB_LANGUAGE_INVALID, &len, name);
	for (int i = 0; i < f->n_fonts; i++)
		if (strcmp(f->fonts[i]->name, name) == 0)
			return f->fonts[i];
	more = reallocarray(f->fonts, (size_t)f->n_fonts + 1, sizeof(*more));
	if (more == NULL)
		return NULL;
	f->fonts = more;
	p = font_of(face, f->n_fonts, name);
	if (p != NULL)
		f->fonts[f->n_fonts++] = p;
	return p;
}

struct press_font *
press_font_find(struct press_pdf *f, PangoFont *font)
{
	struct press_font *p = g_hash_table_lookup(f->by_font, font);

	if (p != NULL)
		return p;
	p = find_named(f, hb_font_get_face(pango_font_get_hb_font(font)));
	if (p != NULL)
		g_hash_table_insert(f->by_font, g_object_ref(font), p);
	return p;
}

int
press_font_number(const struct press_font *font)
{
	return font->number;
}

int
press_font_width(const struct press_font *font, unsigned glyph)
{
	int w = hb_font_get_glyph_h_advance(font->font, glyph);

	return (int)(((int64_t)w * 1000 + font->upem / 2) / font->upem);
}

unsigned
press_font_space(const struct press_font *font)
{
	return font->space;
}

int
press_font_slopes(const struct press_font *font)
{
	return font->slopes;
}

int
press_font_says(struct press_font *font, unsigned glyph, const char *text,
    size_t len)
{
	const uint8_t *said;

	if (glyph >= font->n_glyphs || len > 255)
		return 0;
	said = font->says[glyph] != 0 && !font->texts.failed ?
	    font->texts.data + font->says[glyph] - 1 : NULL;
	if (said == NULL || (said[0] == 0 && len > 0)) {
		font->says[glyph] = (uint32_t)font->texts.len + 1;
		cp_buf_putc(&font->texts, (char)len);
		cp_buf_put(&font->texts, text, len);
		return len > 0;
	}
	return len > 0 && said[0] == len && memcmp(said + 1, text, len) == 0;
}

/* ---- writing --------------------------------------------------------------- */

/* The file with the glyphs in use, and no tables for setting text. */
static hb_blob_t *
subset(const struct press_font *p)
{
	static const hb_tag_t dropped[] = {
		HB_TAG('G', 'S', 'U', 'B'), HB_TAG('G', 'P', 'O', 'S'),
		HB_TAG('G', 'D', 'E', 'F'), HB_TAG('n', 'a', 'm', 'e'),
		HB_TAG('D', 'S', 'I', 'G'), HB_TAG('S', 'T', 'A', 'T') };
	hb_subset_input_t *input = hb_subset_input_create_or_fail();
	hb_face_t *face = NULL;
	hb_blob_t *blob = NULL;
	hb_set_t *set;

	if (input == NULL)
		return NULL;
	hb_subset_input_set_flags(input, HB_SUBSET_FLAGS_RETAIN_GIDS);
	set = hb_subset_input_set(input, HB_SUBSET_SETS_DROP_TABLE_TAG);
	for (size_t i = 0; i < sizeof(dropped) / sizeof(dropped[0]); i++)
		hb_set_add(set, dropped[i]);
	set = hb_subset_input_glyph_set(input);
	for (unsigned g = 0; g < p->n_glyphs; g++)
		if (p->says[g] != 0)
			hb_set_add(set, g);
	face = hb_subset_or_fail(p->face, input);
	if (face != NULL)
		blob = hb_face_reference_blob(face);
	hb_face_destroy(face);
	hb_subset_input_destroy(input);
	return blob;
}

/* Six letters, by which glyphs are there [9.6.4]. */
static void
subset_tag(const struct press_font *p, char tag[8])
{
	uint64_t h = 14695981039346656037u;

	for (unsigned g = 0; g < p->n_glyphs; g++)
		if (p->says[g] != 0)
			h = (h ^ g) * 1099511628211u;
	for (int i = 0; i < 6; i++, h /= 26)
		tag[i] = (char)('A' + h % 26);
	tag[6] = '\0';
}

static void
put_utf16(struct cp_buf *b, const uint8_t *said)
{
	glong n = 0;
	gunichar2 *wide = g_utf8_to_utf16((const char *)said + 1, said[0],
	    NULL, &n, NULL);

	for (glong i = 0; wide != NULL && i < n; i++)
		cp_buf_printf(b, "%04X", (unsigned)wide[i]);
	g_free(wide);
}

#define CMAP_HEAD "/CIDInit/ProcSet findresource begin\n12 dict begin\n" \
	"begincmap\n/CIDSystemInfo<</Registry(Adobe)/Ordering(UCS)" \
	"/Supplement 0>>def\n/CMapName/Adobe-Identity-UCS def\n" \
	"/CMapType 2 def\n1 begincodespacerange\n<0000><FFFF>\n" \
	"endcodespacerange\n"
#define CMAP_TAIL "endcmap\nCMapName currentdict/CMap defineresource " \
	"pop\nend\nend\n"

/* What each glyph stands for [9.10.3], a hundred of them in a piece. */
static void
write_unicode(struct press_pdf *f, const struct press_font *p, int object)
{
	struct cp_buf b, piece;
	int n = 0;

	cp_buf_init(&b);
	cp_buf_init(&piece);
	cp_buf_puts(&b, CMAP_HEAD);
	for (unsigned g = 0; g <= p->n_glyphs; g++) {
		const uint8_t *said = g < p->n_glyphs && p->says[g] != 0 ?
		    p->texts.data + p->says[g] - 1 : NULL;

		if (said != NULL && said[0] != 0) {
			cp_buf_printf(&piece, "<%04X><", g);
			put_utf16(&piece, said);
			cp_buf_puts(&piece, ">\n");
			n++;
		}
		if (n == 100 || (n > 0 && g == p->n_glyphs)) {
			cp_buf_printf(&b, "%d beginbfchar\n%sendbfchar\n", n,
			    cp_buf_text(&piece));
			cp_buf_reset(&piece);
			n = 0;
		}
	}
	cp_buf_puts(&b, CMAP_TAIL);
	press_pdf_stream(f, object, "", b.data, b.len);
	f->failed |= b.failed || piece.failed;
	cp_buf_clear(&b);
	cp_buf_clear(&piece);
}

static void
write_widths(struct press_pdf *f, const struct press_font *p)
{
	cp_buf_puts(&f->out, "/DW 0/W[");
	for (unsigned g = 0; g < p->n_glyphs; g++)
		if (p->says[g] != 0)
			cp_buf_printf(&f->out, "%u[%d]", g,
			    press_font_width(p, g));
	cp_buf_puts(&f->out, "]");
}

static void
write_descriptor(struct press_pdf *f, const struct press_font *p,
    const char *tag, int object, int file)
{
	hb_font_extents_t e = { 0 };
	int upem = (int)p->upem;

	(void)hb_font_get_h_extents(p->font, &e);
	(void)press_pdf_object(f, object);
	cp_buf_printf(&f->out, "<</Type/FontDescriptor/FontName/%s+%s"
	    "/Flags 4/FontBBox[-1000 %d 3000 %d]/ItalicAngle 0/Ascent %d"
	    "/Descent %d/CapHeight 714/StemV %d/FontFile2 %d 0 R>>", tag,
	    p->name, e.descender * 1000 / upem, e.ascender * 1000 / upem,
	    e.ascender * 1000 / upem, e.descender * 1000 / upem,
	    strstr(p->name, "Bold") != NULL ? 140 : 80, file);
	press_pdf_object_end(f);
}

static int
write_font(struct press_pdf *f, struct press_font *p)
{
	int font = press_pdf_new(f), cid = press_pdf_new(f);
	int about = press_pdf_new(f), file = press_pdf_new(f);
	int unicode = press_pdf_new(f);
	hb_blob_t *blob = subset(p);
	char tag[8], more[40];
	const char *data;
	unsigned len = 0;

	subset_tag(p, tag);
	data = blob != NULL ? hb_blob_get_data(blob, &len) : NULL;
	f->failed |= len == 0 || p->texts.failed;
	(void)snprintf(more, sizeof(more), "/Length1 %u", len);
	press_pdf_stream(f, file, more, data, len);
	hb_blob_destroy(blob);
	write_unicode(f, p, unicode);
	p->about = about;
	write_descriptor(f, p, tag, about, file);
	(void)press_pdf_object(f, cid);
	cp_buf_printf(&f->out, "<</Type/Font/Subtype/CIDFontType2"
	    "/BaseFont/%s+%s/CIDSystemInfo<</Registry(Adobe)"
	    "/Ordering(Identity)/Supplement 0>>/FontDescriptor %d 0 R"
	    "/CIDToGIDMap/Identity", tag, p->name, about);
	write_widths(f, p);
	cp_buf_puts(&f->out, ">>");
	press_pdf_object_end(f);
	(void)press_pdf_object(f, font);
	cp_buf_printf(&f->out, "<</Type/Font/Subtype/Type0/BaseFont/%s+%s"
	    "/Encoding/Identity-H/DescendantFonts[%d 0 R]/ToUnicode %d 0 R>>",
	    tag, p->name, cid, unicode);
	press_pdf_object_end(f);
	return font;
}

/* Every code is the glyph 0: the file has none for most. */
static void
write_no_glyphs(struct press_pdf *f, int object)
{
	enum { CODES = 65536 };
	uint8_t *map = calloc(CODES, 2);

	if (map == NULL)
		f->failed = 1;
	else
		press_pdf_stream(f, object, "", map, 2 * CODES);
	free(map);
}

/* For text that is there to be found and heard, and not seen: its codes are
 * those of Unicode, all half as wide as the size.  The file is that of a font
 * that is there, of which nothing is drawn. */
static int
write_hidden(struct press_pdf *f, int about)
{
	int font = press_pdf_new(f), cid = press_pdf_new(f);
	int unicode = press_pdf_new(f), map = press_pdf_new(f);
	struct cp_buf b;

	cp_buf_init(&b);
	cp_buf_puts(&b, CMAP_HEAD);
	for (int i = 0; i < 256; i++)
		cp_buf_printf(&b, "%s<%02X00><%02XFF><%02X00>\n%s",
		    i % 64 == 0 ? "64 beginbfrange\n" : "", (unsigned)i,
		    (unsigned)i, (unsigned)i,
		    i % 64 == 63 ? "endbfrange\n" : "");
	cp_buf_puts(&b, CMAP_TAIL);
	press_pdf_stream(f, unicode, "", b.data, b.len);
	f->failed |= b.failed;
	cp_buf_clear(&b);
	write_no_glyphs(f, map);
	(void)press_pdf_object(f, cid);
	cp_buf_printf(&f->out, "<</Type/Font/Subtype/CIDFontType2"
	    "/BaseFont/HIDDEN+Text/CIDSystemInfo<</Registry(Adobe)"
	    "/Ordering(Identity)/Supplement 0>>/FontDescriptor %d 0 R"
	    "/CIDToGIDMap %d 0 R/DW 500>>", about, map);
	press_pdf_object_end(f);
	(void)press_pdf_object(f, font);
	cp_buf_printf(&f->out, "<</Type/Font/Subtype/Type0"
	    "/BaseFont/HIDDEN+Text/Encoding/Identity-H/DescendantFonts"
	    "[%d 0 R]/ToUnicode %d 0 R>>", cid, unicode);
	press_pdf_object_end(f);
	return font;
}

void
press_fonts_write(struct press_pdf *f, int object)
{
	int number[32], hidden = 0;
	int n = f->n_fonts < 32 ? f->n_fonts : 32;

	f->failed |= n < f->n_fonts;
	for (int i = 0; i < n; i++)
		number[i] = write_font(f, f->fonts[i]);
	if (f->hidden && n > 0)
		hidden = write_hidden(f, f->fonts[0]->about);
	(void)press_pdf_object(f, object);
	cp_buf_puts(&f->out, "<<");
	for (int i = 0; i < n; i++)
		cp_buf_printf(&f->out, "/F%d %d 0 R", i, number[i]);
	if (hidden != 0)
		cp_buf_printf(&f->out, "/FH %d 0 R", hidden);
	cp_buf_puts(&f->out, ">>");
	press_pdf_object_end(f);
}

void
press_pdf_free(struct press_pdf *f)
{
	if (f == NULL)
		return;
	for (int i = 0; i < f->n_fonts; i++)
		font_free(f->fonts[i]);
	free(f->fonts);
	g_hash_table_unref(f->by_font);
	(void)deflateEnd(&f->z);
	cp_buf_clear(&f->out);
	cp_buf_clear(&f->page);
	cp_buf_clear(&f->form);
	cp_buf_clear(&f->packed);
	free(f->at);
	free(f->pages.v);
	free(f->rows.v);
	free(f->marks.v);
	free(f->forms.v);
	free(f->kids.v);
	free(f);
}
