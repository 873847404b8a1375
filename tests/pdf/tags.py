#!/usr/bin/env python3
"""Checks the tags of a PDF of letters, from its own objects.

    tags.py FILE... [--language L] [--title T] [--direction L2R|R2L]
            [--letters N] [--figure TEXT] [--all-marked] [--outline]

Each marked content of a page belongs to exactly one element, which says so
itself and through the tree of parents (with --all-marked there is nothing but
that and artifacts); elements nest as ISO 32000-1, 14.8.4
has them; the order of reading is that of the pages; pictures say what they
show; fonts are whole, and can be read as text; the document has a language
and a title, which is shown.  What is wrong goes to standard error, one line
each, with status 1.  --outline prints a line for each letter: its elements in
order, with the pages that they are on.
"""
import argparse
import base64
import json
import os
import re
import subprocess
import sys

# What may be below what.
BLOCKS = {'/H1', '/H2', '/P', '/L', '/Figure', '/Sect'}
KIDS = {'/Document': {'/Sect'}, '/Sect': BLOCKS, '/L': {'/LI'},
        '/LI': {'/Lbl', '/LBody'}, '/LBody': {'/P', '/L', '/Span'},
        '/P': {'/Span', '/Figure'}, '/Span': set(), '/Figure': set(),
        '/H1': {'/Span'}, '/H2': {'/Span'}, '/Lbl': {'/Span'}}
TOKEN = re.compile(rb'\((?:[^()\\]|\\.|\((?:[^()\\]|\\.)*\))*\)|<<|>>|'
                   rb'<[0-9A-Fa-f\s]*>|/[^\s()<>\[\]{}/%]*|[\[\]]|'
                   rb'[^\s()<>\[\]{}/%]+', re.S)
TEXT = {b'Tj', b'TJ', b"'", b'"'}
SHOWN = TEXT | {b'f', b'F', b'f*', b'S', b's', b'B', b'B*', b'b', b'b*', b'sh'}


class Pdf:
    def __init__(self, path):
        out = subprocess.run(
            ['qpdf', '--json=2', '--json-key=qpdf', '--decode-level=all',
             '--json-stream-data=inline', path],
            stdout=subprocess.PIPE, check=True).stdout
        self.objects = json.loads(out)['qpdf'][1]
        self.trailer = self.objects['trailer']['value']

    def entry(self, value):
        """The dictionary of what VALUE is or refers to, and its data."""
        if isinstance(value, str) and value.endswith(' R'):
            found = self.objects.get('obj:' + value, {'value': None})
            if 'stream' in found:
                stream = found['stream']
                return stream['dict'], base64.b64decode(stream['data'])
            return found['value'], None
        return value, None

    def get(self, value, *keys):
        value = self.entry(value)[0]
        for key in keys:
            value = self.entry((value or {}).get(key))[0]
        return value


def text_of(value):
    return value[2:] if isinstance(value, str) and value[:2] == 'u:' else None


def of_hex(token):
    digits = re.sub(rb'[^0-9A-Fa-f]', b'', token)
    return bytes.fromhex((digits + b'0' * (len(digits) % 2)).decode())


def of_string(token):
    """The bytes of a string, in either notation."""
    if token[:1] == b'<':
        return of_hex(token)
    return re.sub(rb'\\([0-7]{1,3}|\r\n|.)', lambda m: {
        b'n': b'\n', b'r': b'\r', b't': b'\t', b'b': b'\b', b'f': b'\f'}.get(
            m[1], bytes([int(m[1], 8) & 255]) if m[1][:1].isdigit()
            else m[1].strip(b'\r\n')), token[1:-1], flags=re.S)


def of_utf16(data):
    return data.decode('utf-16-be', 'replace')


class Font:
    """What the codes of a font stand for, by its own account."""

    def __init__(self, pdf, ref):
        font = pdf.get(ref)
        self.bytes = 2 if font.get('/Subtype') == '/Type0' else 1
        self.says = {}
        cmap = pdf.entry(font.get('/ToUnicode'))[1] or b''
        for block in re.findall(rb'beginbfchar(.*?)endbfchar', cmap, re.S):
            codes = re.findall(rb'<([^>]*)>', block)
            for code, text in zip(codes[::2], codes[1::2]):
                self.says[int(code, 16)] = of_utf16(of_hex(text))
        self.ranges = [
            (int(first, 16), int(last, 16), to)
            for block in re.findall(rb'beginbfrange(.*?)endbfrange', cmap,
                                    re.S)
            for first, last, to in re.findall(
                rb'<([^>]*)>\s*<([^>]*)>\s*(<[^>]*>|\[[^\]]*\])', block)]

    def in_range(self, code):
        for first, last, to in self.ranges:
            if first <= code <= last:
                texts = re.findall(rb'<([^>]*)>', to)
                if to[:1] == b'[':
                    return of_utf16(of_hex(texts[code - first]))
                text = of_utf16(of_hex(texts[0]))
                return text[:-1] + chr(ord(text[-1]) + code - first)
        return None

    def read(self, data):
        for i in range(0, len(data), self.bytes):
            code = int.from_bytes(data[i:i + self.bytes], 'big')
            if code not in self.says:
                self.says[code] = self.in_range(code)
            yield code, self.says[code]


class Reader:
    """Goes through a page's content and the forms that it draws."""

    def __init__(self, checker, page):
        self.checker, self.page, self.pdf = checker, page, checker.pdf
        self.stack = []     # an MCID, 'artifact', ('text',) or None
        self.font = None
        self.size = 0
        self.unmarked = 0   # shown without a mark

    def bad(self, what, *args):
        self.checker.bad('page %d: ' + what,
                         self.checker.place[self.page] + 1, *args)

    def key(self):
        for at in reversed(self.stack):
            if isinstance(at, (int, str)):
                return at
        return None

    def lines(self):
        return self.checker.texts.setdefault((self.page, self.key()), [])

    def put(self, text):
        lines = self.lines()
        if not lines:
            lines.append([])
        lines[-1].append(text)

    def begin(self, held):
        """HELD is what the operator has."""
        if b'/MCID' in held:
            mcid = int(held[held.index(b'/MCID') + 1])
            if self.key() is not None:
                self.bad('%d is within another', mcid)
            if (self.page, mcid) in self.checker.marked:
                self.bad('%d is there twice', mcid)
            self.checker.marked[self.page, mcid] = held[0].decode()
            return mcid
        if held[:1] == [b'/Artifact']:
            if self.key() is not None:
                self.bad('an artifact within text')
            return 'artifact'
        if b'/ActualText' in held:
            text = of_string(held[held.index(b'/ActualText') + 1])
            self.put(of_utf16(text[2:]) if text[:2] == b'\xfe\xff'
                     else text.decode('latin-1'))
            return ('text',)
        return None

    def show(self, held):
        key = self.page, self.key()
        self.checker.sizes[key] = min(
            self.size, self.checker.sizes.get(key, self.size))
        if ('text',) in self.stack:
            return
        for token in held:
            if token[:1] not in (b'<', b'(') or token == b'<<':
                continue
            for code, text in self.font.read(of_string(token)):
                if code == 0:
                    self.bad('a missing glyph')
                elif text is None:
                    self.bad('glyph %d says nothing', code)
                else:
                    self.put(text)

    def draw(self, name, resources, depth):
        ref = (self.pdf.get(resources, '/XObject') or {}).get(name)
        form, data = self.pdf.entry(ref)
        if form is None or depth > 4:
            self.bad('draws %s, which is not there', name)
        elif form.get('/Subtype') == '/Form':
            font = self.font
            self.run(data, form.get('/Resources'), depth + 1)
            self.font = font

    def run(self, data, resources, depth):
        held = []
        base = len(self.stack)
        for token in TOKEN.findall(data):
            if token[:1] in b'/(<[]>+-.0123456789':
                held.append(token)
                continue
            if token in (b'true', b'false', b'null'):
                continue
            if token in (b'BDC', b'BMC'):
                if b'/MCID' in held and depth > 0:
                    self.bad('marks within a form')
                self.stack.append(self.begin(held))
            elif token == b'EMC':
                if len(self.stack) <= base:
                    self.bad('EMC alone')
                else:
                    self.stack.pop()
            elif token == b'BT':
                self.lines().append([])
            elif token == b'Tf':
                self.font = self.checker.font(
                    (self.pdf.get(resources, '/Font') or {}).get(
                        held[0].decode()))
                self.size = float(held[1])
            elif token == b'Do':
                self.draw(held[0].decode(), resources, depth)
            elif token in SHOWN:
                self.unmarked += self.key() is None
                if token in TEXT:
                    self.show(held)
            held = []


class Checker:
    def __init__(self, pdf):
        self.pdf = pdf
        self.problems = []
        self.catalog = pdf.get(pdf.trailer['/Root'])
        self.pages = []      # references
        self.place = {}      # of a page, from 0
        self.rows = {}       # of a page: references to elements
        self.marked = {}     # (page, mcid): tag in the content
        self.claimed = {}    # (page, mcid): element
        self.order = []      # (page, mcid) as the tags have them
        self.unmarked = {}   # page: how often something was shown untagged
        self.letters = []
        self.texts = {}      # (page, mcid): lines, of what each glyph says
        self.sizes = {}      # (page, mcid): points of the smallest text
        self.inside = {}     # of an element: keys of content, elements
        self.font_of = {}

    def font(self, ref):
        if ref not in self.font_of:
            self.font_of[ref] = Font(self.pdf, ref)
        return self.font_of[ref]

    def bad(self, what, *args):
        self.problems.append(what % args)

    # ---- pages

    def walk_pages(self, ref, parent, depth=0):
        node = self.pdf.get(ref)
        if depth > 8 or not isinstance(node, dict):
            self.bad('page tree too deep or broken at %s', ref)
            return 0
        if parent is not None and node.get('/Parent') != parent:
            self.bad('%s has the parent %s, not %s', ref, node.get('/Parent'),
                     parent)
        if node.get('/Type') == '/Page':
            if ref in self.place:
                self.bad('page %s is there twice', ref)
            self.place[ref] = len(self.pages)
            self.pages.append(ref)
            return 1
        count = sum(self.walk_pages(kid, ref, depth + 1)
                    for kid in node.get('/Kids', []))
        if node.get('/Count') != count:
            self.bad('%s counts %s pages, there are %d', ref,
                     node.get('/Count'), count)
        return count

    # ---- the tree of parents

    def walk_numbers(self, ref, out):
        node = self.pdf.get(ref)
        keys = []
        for kid in node.get('/Kids', []):
            inner = self.walk_numbers(kid, out)
            limits = self.pdf.get(kid, '/Limits')
            if not inner or limits != [min(inner), max(inner)]:
                self.bad('%s has the limits %s', kid, limits)
            keys += inner
        nums = self.pdf.get(node.get('/Nums', []))
        for i in range(0, len(nums), 2):
            keys.append(nums[i])
            out[nums[i]] = self.pdf.get(nums[i + 1])
        if keys != sorted(set(keys)):
            self.bad('%s: numbers out of order', ref)
        return keys

    def check_rows(self, root):
        numbers = {}
        self.walk_numbers(root.get('/ParentTree'), numbers)
        for ref in self.pages:
            key = self.pdf.get(ref).get('/StructParents')
            if key is not None:
                self.rows[ref] = numbers.pop(key, [])
        if numbers:
            self.bad('rows of no page: %s', sorted(numbers)[:5])

    # ---- content

    def check_content(self, ref):
        page = self.pdf.get(ref)
        parts = page.get('/Contents')
        parts = parts if isinstance(parts, list) else [parts]
        data = b'\n'.join(self.pdf.entry(p)[1] or b'' for p in parts)
        reader = Reader(self, ref)
        reader.run(data, page.get('/Resources'), 0)
        if reader.stack:
            self.bad('page %d: marked content without end',
                     self.place[ref] + 1)
        self.unmarked[ref] = reader.unmarked

    # ---- elements

    def claim(self, element, tag, page, mcid):
        key = (page, mcid)
        if key in self.claimed:
            self.bad('%s: content of %s already', element, self.claimed[key])
        self.claimed[key] = element
        self.inside[element].append(key)
        self.order.append((self.place.get(page, -1), mcid))
        if self.marked.get(key) != tag:
            self.bad('%s: a %s, but the content is %s', element, tag,
                     self.marked.get(key))
        row = self.rows.get(page, [])
        if mcid >= len(row) or row[mcid] != element:
            self.bad('%s: the tree of parents has another', element)

    def walk(self, ref, above, above_tag, depth, line):
        node = self.pdf.get(ref)
        if not isinstance(node, dict) or depth > 16:
            self.bad('broken element %s', ref)
            return
        tag = node.get('/S')
        if node.get('/P') != above:
            self.bad('%s: its parent is %s, not %s', ref, node.get('/P'),
                     above)
        if above_tag and tag not in KIDS.get(above_tag, ()):
            self.bad('%s: a %s in a %s', ref, tag, above_tag)
        if tag == '/Figure' and not text_of(node.get('/Alt')):
            self.bad('%s: a picture that nobody describes', ref)
        if tag == '/Sect' and above_tag == '/Document':
            line = []
            self.letters.append(line)
        self.inside[ref] = []
        begin = len(self.order)
        at = len(line)
        line.append(None)
        kids = node.get('/K', [])
        for kid in kids if isinstance(kids, list) else [kids]:
            if isinstance(kid, int):
                self.claim(ref, tag, node.get('/Pg'), kid)
            elif isinstance(kid, dict):
                self.claim(ref, tag, kid.get('/Pg'), kid.get('/MCID'))
            else:
                self.inside[ref].append(kid)
                self.walk(kid, ref, tag, depth + 1, line)
        if len(self.order) == begin:
            self.bad('%s: a %s with nothing in it', ref, tag)
        on = sorted({page + 1 for page, _ in self.order[begin:]})
        line[at] = (depth, tag, on, ref)

    def smallest(self, ref):
        """The size of the smallest text of an element, in points."""
        return min((self.smallest(at) if isinstance(at, str) else
                    self.sizes.get(at, 999) for at in self.inside[ref]),
                   default=999)

    def lines_of(self, ref):
        """The lines of an element, each what its glyphs say from the left."""
        lines = []
        for at in self.inside[ref]:
            lines += self.lines_of(at) if isinstance(at, str) else \
                self.texts.get(at, [])
        return lines

    def check_structure(self):
        root_ref = self.catalog.get('/StructTreeRoot')
        root = self.pdf.get(root_ref) or {}
        self.check_rows(root)
        for ref in self.pages:
            self.check_content(ref)
        top = root.get('/K')
        top = top[0] if isinstance(top, list) and len(top) == 1 else top
        if not isinstance(top, str) or \
                self.pdf.get(top, '/S') != '/Document':
            self.bad('the structure is not one Document')
            return
        self.walk(top, root_ref, None, 0, [])
        for page, mcid in sorted(set(self.marked) - set(self.claimed)):
            self.bad('page %d: %d belongs to no element',
                     self.place[page] + 1, mcid)
        for page, row in self.rows.items():
            if len(row) != sum(key[0] == page for key in self.marked):
                self.bad('page %d: its row has another length',
                         self.place[page] + 1)
        if self.order != sorted(self.order):
            self.bad('the order of reading is not that of the pages')

    # ---- the rest

    def fonts(self, resources, seen):
        for font in (self.pdf.get(resources, '/Font') or {}).values():
            yield font
        forms = self.pdf.get(resources, '/XObject') or {}
        for ref in forms.values():
            if isinstance(ref, str) and ref not in seen:
                seen.add(ref)
                yield from self.fonts(self.pdf.get(ref, '/Resources'), seen)

    def check_font(self, ref):
        font = self.pdf.get(ref)
        name = font.get('/BaseFont')
        if self.pdf.entry(font.get('/ToUnicode'))[1] is None:
            self.bad('font %s: cannot be read as text', name)
        if font.get('/Subtype') == '/Type0':
            font = self.pdf.get(self.pdf.get(font, '/DescendantFonts')[0])
        about = self.pdf.get(font, '/FontDescriptor') or {}
        if not any(self.pdf.entry(about.get(key))[1] for key in
                   ('/FontFile', '/FontFile2', '/FontFile3')):
            self.bad('font %s: is not in the file', name)

    def check_fonts(self):
        seen, done = set(), set()
        for ref in self.pages:
            for font in self.fonts(self.pdf.get(ref, '/Resources'), seen):
                if font not in done:
                    done.add(font)
                    self.check_font(font)
        return len(done)

    def check_document(self, wanted_language, wanted_title, direction):
        if self.pdf.get(self.catalog, '/MarkInfo', '/Marked') is not True:
            self.bad('not marked as tagged')
        seen = self.pdf.get(self.catalog, '/ViewerPreferences') or {}
        if seen.get('/DisplayDocTitle') is not True:
            self.bad('the title is not shown')
        if direction and seen.get('/Direction') != '/' + direction:
            self.bad('direction: %s', seen.get('/Direction'))
        language = text_of(self.catalog.get('/Lang'))
        if not language or language != (wanted_language or language):
            self.bad('language: %s', language)
        title = text_of(self.pdf.get(self.pdf.trailer, '/Info', '/Title'))
        if not title or title != (wanted_title or title):
            self.bad('title: %s', title)
        packet = self.pdf.entry(self.catalog.get('/Metadata'))[1] or b''
        said = re.search(r'<dc:title><rdf:Alt><rdf:li xml:lang="x-default">'
                         r'(.*?)</rdf:li>', packet.decode(), re.S)
        said = said and said[1].replace('&lt;', '<').replace(
            '&gt;', '>').replace('&amp;', '&')
        if said != title:
            self.bad('title in the metadata: %s', said)

    def check_pictures(self, wanted):
        for found in self.pdf.objects.values():
            node = found.get('value')
            if isinstance(node, dict) and node.get('/S') == '/Figure' and \
                    text_of(node.get('/Alt')) != wanted:
                self.bad('a picture shows "%s"', text_of(node.get('/Alt')))


def check(path, language=None, title=None, direction=None, letters=None,
          figure=None, all_marked=False):
    """All of it; what was found, with its problems."""
    c = Checker(Pdf(path))
    c.walk_pages(c.catalog['/Pages'], None)
    c.fonts_used = c.check_fonts()
    c.check_structure()
    c.check_document(language, title, direction)
    if figure:
        c.check_pictures(figure)
    if letters is not None and len(c.letters) != letters:
        c.bad('%d letters', len(c.letters))
    for ref, times in c.unmarked.items():
        if all_marked and times:
            c.bad('page %d: shown without a mark %d times', c.place[ref] + 1,
                  times)
    return c


def show(c, outline):
    if outline:
        for line in c.letters:
            print(' '.join('%s%s@%s' % ('.' * (depth - 1), tag[1:],
                                        '-'.join(map(str, on)))
                           for depth, tag, on, _ in line))
    else:
        print('pages %d letters %d elements %d marked %d unmarked %d fonts %d'
              % (len(c.pages), len(c.letters), sum(map(len, c.letters)),
                 len(c.marked), max(c.unmarked.values(), default=0),
                 c.fonts_used))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('files', nargs='+')
    parser.add_argument('--language')
    parser.add_argument('--title')
    parser.add_argument('--direction', choices=('L2R', 'R2L'))
    parser.add_argument('--letters', type=int)
    parser.add_argument('--figure')
    parser.add_argument('--all-marked', action='store_true')
    parser.add_argument('--outline', action='store_true')
    args = parser.parse_args()
    good = True
    for path in args.files:
        c = check(path, args.language, args.title, args.direction,
                  args.letters, args.figure, args.all_marked)
        show(c, args.outline)
        for problem in c.problems[:40]:
            print('%s: %s' % (os.path.basename(path), problem),
                  file=sys.stderr)
        good = good and not c.problems
    return 0 if good else 1


if __name__ == '__main__':
    sys.exit(main())
