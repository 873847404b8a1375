#include <string.h>

#include "lifecycle/duties/letter_bind_impl.h"

/* ---- strings --------------------------------------------------------------- */

enum { NO_TEXT = 0x110000 };

/* The code point at *S, which is then behind it; NO_TEXT where it is not
 * UTF-8, or a control character. */
static uint32_t
decode(const char **s)
{
	static const uint32_t least[] = { 0x20, 0xA0, 0x800, 0x10000 };
	const uint8_t *p = (const uint8_t *)*s;
	int more = p[0] < 0x80 ? 0 : p[0] < 0xE0 ? 1 : p[0] < 0xF0 ? 2 : 3;
	uint32_t c = more == 0 ? p[0] : p[0] & (0x3Fu >> more);

	if ((p[0] >= 0x80 && p[0] < 0xC0) || p[0] >= 0xF8)
		return NO_TEXT;
	for (int i = 1; i <= more; i++) {
		if ((p[i] & 0xC0) != 0x80)
			return NO_TEXT;
		c = c << 6 | (p[i] & 0x3F);
	}
	*s += 1 + more;
	return c < least[more] || c == 0x7F || c >= NO_TEXT ||
	    (c >= 0xD800 && c < 0xE000) ? NO_TEXT : c;
}

int
bind_is_text(const char *text)
{
	while (*text != '\0')
		if (decode(&text) == NO_TEXT)
			return 0;
	return 1;
}

static void
put_utf16(struct cp_buf *out, const char *text)
{
	cp_buf_puts(out, "<FEFF");
	while (*text != '\0') {
		uint32_t c = decode(&text);

		if (c < 0x10000)
			cp_buf_printf(out, "%04X", (unsigned)c);
		else
			cp_buf_printf(out, "%04X%04X",
			    (unsigned)(0xD7C0 + (c >> 10)),
			    (unsigned)(0xDC00 + (c & 0x3FF)));
	}
	cp_buf_putc(out, '>');
}

void
bind_put_text(struct cp_buf *out, const char *text)
{
	const char *p;

	for (p = text; *p >= 0x20 && *p < 0x7F;)
		p++;
	if (*p != '\0') {
		put_utf16(out, text);
		return;
	}
	cp_buf_putc(out, '(');
	for (; *text != '\0'; text++) {
		if (strchr("()\\", *text) != NULL)
			cp_buf_putc(out, '\\');
		cp_buf_putc(out, *text);
	}
	cp_buf_putc(out, ')');
}

/* ---- Info ------------------------------------------------------------------ */

/* D:YYYYMMDDhhmmssZ [7.9.4], of the figures in RFC 3339. */
static void
put_date(struct cp_buf *out, const char *made)
{
	cp_buf_puts(out, "(D:");
	for (; *made != '\0'; made++)
		if (*made >= '0' && *made <= '9')
			cp_buf_putc(out, *made);
	cp_buf_puts(out, "Z)");
}

void
bind_put_info(struct cp_bind *b, struct bind_section *s)
{
	struct cp_buf *out = &b->out;

	bind_begin(b, s, BIND_INFO);
	cp_buf_puts(out, "<</Title");
	bind_put_text(out, cp_buf_text(&b->title));
	if (b->author.len > 0) {
		cp_buf_puts(out, "/Author");
		bind_put_text(out, cp_buf_text(&b->author));
	}
	cp_buf_puts(out, "/Creator(cpadmin " CP_VERSION ")/Producer(cpadmin "
	    CP_VERSION ")/CreationDate");
	put_date(out, cp_buf_text(&b->made));
	cp_buf_puts(out, "/ModDate");
	put_date(out, cp_buf_text(&b->made));
	cp_buf_puts(out, ">>");
	bind_end(b);
}

/* ---- XMP ------------------------------------------------------------------- */

static void
put_xml(struct cp_buf *out, const char *text)
{
	for (; *text != '\0'; text++) {
		switch (*text) {
		case '&':
			cp_buf_puts(out, "&amp;");
			break;
		case '<':
			cp_buf_puts(out, "&lt;");
			break;
		case '>':
			cp_buf_puts(out, "&gt;");
			break;
		default:
			cp_buf_putc(out, *text);
		}
	}
}

static void
put_packet(const struct cp_bind *b, struct cp_buf *out)
{
	const char *made = cp_buf_text(&b->made);

	cp_buf_puts(out, "<?xpacket begin=\"\xEF\xBB\xBF\" "
	    "id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n"
	    "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">\n<rdf:RDF "
	    "xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\n"
	    "<rdf:Description rdf:about=\"\"\n"
	    " xmlns:dc=\"http://purl.org/dc/elements/1.1/\"\n"
	    " xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\"\n"
	    " xmlns:pdf=\"http://ns.adobe.com/pdf/1.3/\">\n"
	    "<dc:format>application/pdf</dc:format>\n"
	    "<dc:title><rdf:Alt><rdf:li xml:lang=\"x-default\">");
	put_xml(out, cp_buf_text(&b->title));
	cp_buf_puts(out, "</rdf:li></rdf:Alt></dc:title>\n"
	    "<dc:language><rdf:Bag><rdf:li>");
	put_xml(out, cp_buf_text(&b->language));
	cp_buf_puts(out, "</rdf:li></rdf:Bag></dc:language>\n");
	if (b->author.len > 0) {
		cp_buf_puts(out, "<dc:creator><rdf:Seq><rdf:li>");
		put_xml(out, cp_buf_text(&b->author));
		cp_buf_puts(out, "</rdf:li></rdf:Seq></dc:creator>\n");
	}
	cp_buf_printf(out, "<xmp:CreateDate>%s</xmp:CreateDate>\n"
	    "<xmp:ModifyDate>%s</xmp:ModifyDate>\n"
	    "<xmp:CreatorTool>cpadmin " CP_VERSION "</xmp:CreatorTool>\n"
	    "<pdf:Producer>cpadmin " CP_VERSION "</pdf:Producer>\n"
	    "</rdf:Description>\n</rdf:RDF>\n</x:xmpmeta>\n"
	    "<?xpacket end=\"r\"?>", made, made);
}

void
bind_put_metadata(struct cp_bind *b, struct bind_section *s)
{
	struct cp_buf packet;

	cp_buf_init(&packet);
	put_packet(b, &packet);
	bind_begin(b, s, BIND_METADATA);
	cp_buf_puts(&b->out, "<</Type/Metadata/Subtype/XML/Length ");
	bind_put_n(&b->out, packet.len);
	cp_buf_puts(&b->out, ">>stream\n");
	cp_buf_put(&b->out, packet.data, packet.len);
	cp_buf_puts(&b->out, "\nendstream");
	bind_end(b);
	b->out.failed |= packet.failed;
	cp_buf_clear(&packet);
}
