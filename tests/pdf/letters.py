#!/usr/bin/env python3
"""Reads letters back and compares them with what they are to say.

    letters.py DIR [GOLDEN]    of `letters sheets': LANGUAGE.pdf and .txt

Two readings, each by other means.  Through the tags (tags.py): each element
has the kind and the text of its block, in order; the envelope's window has the
lines of the address.  With pdftotext: each block is found, one after the other,
as somebody finds it who selects text or searches in a viewer.

What is well defined where: glyphs are drawn from the left, so in languages
that are written from the right a reader must put lines into order again, and
each has its own way where names and numbers from the left are among them.
There the tags are compared line by line where a line is of one direction, and
else by which characters it has; pdftotext by the words that are of one and have
no marks, whatever the order of their letters.

A line for each language goes to standard output, problems to standard error,
with status 1.  With GOLDEN, and then without pdftotext, a line for each language
is compared with those of that file (- to see them): pages of each letter, a
hash of its elements and their pages, one of all texts, and one of the file
itself, which is not compared where the packages that make it are of other
versions than those in the file's first line.
"""
import collections
import hashlib
import json
import os
import re
import subprocess
import sys
import unicodedata

import tags

INVISIBLE = re.compile('[\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]')
# Points of the text of a letter, at least.
LEAST = {'standard': 10, 'large-print': 18, 'easy-read': 14}
TAGS = {'/H1', '/H2', '/P', '/LBody'}


def plain(text):
    """Without what is not seen; spaces are one; canonical."""
    text = unicodedata.normalize('NFC', INVISIBLE.sub('', text))
    return re.sub(r'\s+', ' ', text).strip()


def packed(text):
    return re.sub(r'\s+', '', plain(text))


def direction(text):
    """'R' or 'L' where all letters and numbers are, '' where it is mixed."""
    kinds = {unicodedata.bidirectional(c) for c in text}
    right, left = kinds & {'R', 'AL'}, kinds & {'L', 'EN', 'AN'}
    return '' if right and left else 'R' if right else 'L'


def words_of(text):
    """Those that are written from the right."""
    kinds = {'R', 'AL', 'NSM'}
    return ''.join(c if unicodedata.bidirectional(c) in kinds and
                   unicodedata.category(c) != 'Po' else ' '
                   for c in plain(text)).split()


def digest(data):
    return hashlib.sha256(data).hexdigest()[:16]


def versions():
    """Of what makes the bytes: fonts, and who sets them and packs them."""
    out = subprocess.run(
        ['dpkg-query', '-W', '-f', '${Package} ${Version}, ',
         'fonts-noto-core', 'libharfbuzz0b', 'libpango-1.0-0',
         'libqrencode4', 'zlib1g'], stdout=subprocess.PIPE, check=False,
        stderr=subprocess.DEVNULL).stdout
    return '# ' + out.decode().rstrip(', ')


def compare_golden(path, found):
    """Whether FOUND is what was written into PATH; says what is not."""
    with open(path, encoding='utf-8') as file:
        made_by, *lines = file.read().splitlines()
    same = made_by == versions()
    if not same:
        print('golden: files are not compared, packages are of other '
              'versions\n  then %s\n  now  %s' % (made_by, versions()))
    known = {line.split()[0]: line.split() for line in lines}
    good = set(known) == {line.split()[0] for line in found}
    for line in found:
        now = line.split()
        then = known.get(now[0], [])
        for i, what in enumerate(('', 'pages', 'elements', 'texts', 'file')):
            if then[i:i + 1] != now[i:i + 1] and (i < 4 or same):
                print('%s: %s: %s, not %s' % (now[0], what, now[i],
                                              then[i:i + 1]),
                      file=sys.stderr)
                good = False
    return good


class Sheet:
    """What a language's letters are to say."""

    def __init__(self, path):
        self.letters = []
        self.head = {}
        with open(path, encoding='utf-8') as file:
            for line in file:
                key, *rest = line.rstrip('\n').split('\t')
                if key == 'LETTER':
                    self.letters.append({'format': rest[0],
                                         'reference': rest[1],
                                         'page': int(rest[2]),
                                         'pages': int(rest[3]),
                                         'to': [], 'blocks': []})
                elif key == 'TO':
                    self.letters[-1]['to'].append(rest[0])
                elif self.letters:
                    self.letters[-1]['blocks'].append(('/' + key, rest[0]))
                else:
                    self.head[key] = rest[0]


class Comparison:
    def __init__(self, directory, language):
        path = os.path.join(directory, language)
        self.name = language
        self.pdf = path + '.pdf'
        self.sheet = Sheet(path + '.txt')
        self.rtl = self.sheet.head['DIRECTION'] == 'R2L'
        self.found = tags.check(
            self.pdf, language, self.sheet.head['TITLE'],
            self.sheet.head['DIRECTION'], len(self.sheet.letters),
            self.sheet.head['FIGURE'], all_marked=True)
        self.problems = self.found.problems
        self.lines = self.mixed = self.checked = 0

    def bad(self, what, *args):
        self.problems.append(what % args)

    # ---- through the tags

    def same_text(self, lines, want, rtl):
        """Whether LINES of glyphs' texts are WANT."""
        lines = [line for line in lines if line]
        self.lines += len(lines)
        if not rtl:
            return plain(''.join(''.join(line) for line in lines)) == \
                plain(want)
        rest = packed(want)
        if collections.Counter(rest) != collections.Counter(
                packed(''.join(''.join(line) for line in lines))):
            return False
        at = 0
        for line in lines:
            text = packed(''.join(reversed(line)))
            if direction(text) != 'R':
                self.mixed += 1
                at += len(text)
                continue
            if rest[at:at + len(text)] != text:
                return False
            at += len(text)
        return True

    def letter_by_tags(self, line, letter):
        c = self.found
        on = line[0][2]
        if (on[0], on[-1]) != (letter['page'],
                               letter['page'] + letter['pages'] - 1):
            self.bad('%s is on pages %s', letter['reference'], on)
        for page in range(on[0] - 1, on[-1]):
            self.foot(c.pages[page], letter, page + 2 - letter['page'])
        order = [at[1] for at in line]
        if '/Figure' not in order:
            self.bad('%s has no code', letter['reference'])
            return
        after = order.index('/Figure')
        elements = [(tag, ref) for _, tag, _, ref in line if tag in TAGS]
        above = [ref for _, tag, _, ref in line[:after] if tag == '/P']
        if not any([plain(''.join(t)) for t in c.lines_of(ref)] ==
                   [plain(t) for t in letter['to']] for ref in above):
            self.bad('%s: the address is not in the window',
                     letter['reference'])
        elements = elements[len(above):]
        if [tag for tag, _ in elements] != \
                [tag for tag, _ in letter['blocks']]:
            self.bad('%s has the elements %s', letter['reference'],
                     ' '.join(tag for tag, _ in elements))
            return
        for (tag, ref), (_, want) in zip(elements, letter['blocks']):
            if c.smallest(ref) < LEAST[letter['format']]:
                self.bad('%s: a %s of %.1f points', letter['reference'],
                         tag[1:], c.smallest(ref))
            if not self.same_text(c.lines_of(ref), want, self.rtl):
                self.bad('%s: a %s reads "%s", not "%s"',
                         letter['reference'], tag[1:],
                         '|'.join(''.join(t) for t in c.lines_of(ref)), want)

    def foot(self, page, letter, number):
        """The reference, which page, and how many: nobody is told twice."""
        said = packed(''.join(''.join(line) for line in self.found.texts.get(
            (page, 'artifact'), [])))
        for part in (letter['reference'], str(number), str(letter['pages'])):
            if part not in said:
                self.bad('%s: the foot of page %d says "%s"',
                         letter['reference'], number, said)

    # ---- with pdftotext

    def pages_as_text(self):
        """Of each page what pdftotext finds, less its foot."""
        how = [] if self.rtl else ['-raw']
        out = subprocess.run(['pdftotext', *how, self.pdf, '-'],
                             stdout=subprocess.PIPE, check=True).stdout
        pages = out.decode('utf-8').split('\f')[:-1]
        if len(pages) != len(self.found.pages):
            self.bad('pdftotext finds %d pages', len(pages))
        for ref, text in zip(self.found.pages, pages):
            foot = {packed(''.join(line)) for line in
                    self.found.texts.get((ref, 'artifact'), [])}
            foot.add(''.join(packed(''.join(line)) for line in
                             self.found.texts.get((ref, 'artifact'), [])))
            yield [line for line in text.split('\n')
                   if packed(line) not in foot]

    def by_pdftotext(self):
        pages = list(self.pages_as_text())
        for letter in self.sheet.letters:
            mine = pages[letter['page'] - 1:
                         letter['page'] - 1 + letter['pages']]
            lines = [line for page in mine for line in page]
            if self.rtl:
                self.words(letter, lines)
            else:
                self.in_order(letter, packed(''.join(lines)))

    def in_order(self, letter, text):
        at = 0
        for want in letter['to'] + [text for _, text in letter['blocks']]:
            found = text.find(packed(want), at)
            if found < 0:
                self.bad('%s: pdftotext does not find "%s"',
                         letter['reference'], want)
                return
            at = found + len(packed(want))

    def words(self, letter, lines):
        """By their letters: of a lam with its alef, which are one glyph,
        pdftotext finds the alef first.  Words with marks it takes apart."""
        have = collections.Counter(
            self.letters_of(word) for line in lines
            for word in words_of(line))
        want = collections.Counter(
            word for _, text in letter['blocks']
            for word in words_of(text)
            if not any(unicodedata.combining(c) for c in word))
        self.checked += sum(want.values())
        for word, times in want.items():
            if have[self.letters_of(word)] < times:
                self.bad('%s: pdftotext has the word "%s" %d times, not %d',
                         letter['reference'], word,
                         have[self.letters_of(word)], times)

    @staticmethod
    def letters_of(word):
        return ''.join(sorted(word))

    # ---- as it was

    def golden(self):
        """Pages; hashes of the elements, of the texts, of the file."""
        c = self.found
        outline = [[(depth, tag, on) for depth, tag, on, _ in line]
                   for line in c.letters]
        texts = [[''.join(t) for t in c.lines_of(ref)] for line in c.letters
                 for _, tag, _, ref in line if tag in TAGS | {'/Lbl'}]
        with open(self.pdf, 'rb') as file:
            data = file.read()
        return ' '.join([
            self.name, '+'.join(str(x['pages']) for x in self.sheet.letters),
            digest(json.dumps(outline).encode()),
            digest(json.dumps(texts).encode()), digest(data)])

    def run(self, twice):
        if not self.problems:
            for line, letter in zip(self.found.letters, self.sheet.letters):
                self.letter_by_tags(line, letter)
            if twice:
                self.by_pdftotext()
        print('%s: %d letters, %d pages, %d elements, %d lines%s' % (
            self.name, len(self.found.letters), len(self.found.pages),
            sum(map(len, self.found.letters)), self.lines,
            ', %d of both directions, %d words' % (self.mixed, self.checked)
            if self.rtl else ''))
        for problem in self.problems[:20]:
            print('%s: %s' % (self.name, problem), file=sys.stderr)
        return not self.problems


def main():
    directory = sys.argv[1]
    names = sorted(name[:-4] for name in os.listdir(directory)
                   if name.endswith('.pdf'))
    all_of = [Comparison(directory, name) for name in names]
    good = [one.run(len(sys.argv) == 2) for one in all_of]
    if sys.argv[2:3] == ['-']:
        print('\n'.join([versions()] + [one.golden() for one in all_of]))
    elif len(sys.argv) > 2:
        good.append(compare_golden(sys.argv[2],
                                   [one.golden() for one in all_of]))
    return 0 if good and all(good) else 1


if __name__ == '__main__':
    sys.exit(main())
