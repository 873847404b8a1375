#!/bin/bash
# The words of all letters: what each says of the law, that every translation
# has every paragraph, and that what is wrong is found with file and line.
. "$(dirname "$0")/../lib.sh"

POLICIES=$ROOT/policies
LANGUAGES=$(sed -n '/^\tlanguages = {/,/^\t};/p' "$POLICIES/uk-2026.cfg" |
    grep -oE '"[a-z]{2}"' | tr -d '"' | tr '\n' ' ')

# own [LANGUAGE...]: a policy of these (default en and ur) with wordings of its
# own, in $T/own.
own() {
	local list l

	[ $# -gt 0 ] || set -- en ur
	rm -rf "$T/own"
	mkdir -p "$T/own/notices"
	for l in "$@"; do
		cp -R "$POLICIES/notices/$l" "$T/own/notices/"
	done
	list=$(printf '"%s", ' "$@")
	awk -v list="${list%, }" '/^\tlanguages = \{/ { on = 1 }
	    on && /value = \[/ { print "\t\tvalue = [ " list " ];"; skip = 1 }
	    !skip { print }
	    /\];/ { skip = 0 }
	    /^\t\};/ { on = 0 }' "$POLICIES/uk-2026.cfg" >"$T/own/own.cfg"
	EN=$T/own/notices/en UR=$T/own/notices/ur
}

# found FILE LINE WHAT: that is what the check says of the wordings, and FILE
# is below notices/; LINE may be null.
found() {
	run cpadmin policy check "$T/own/own.cfg" --json
	expect_status 10
	expect_json '[.rows[] | select(.file == "'"$T/own/notices/$1"'" and
	    .line == '"$2"') | .what | contains('"$(jq -n --arg w "$3" \
	    '$w')"')] | any' true
}

line_of() {
	grep -nF -m 1 -e "$2" "$1" | cut -d: -f1
}

# ---- what comes with the program ------------------------------------------------

# What the law asks for, as read in it and not in a policy: DPA 1998 sch 1
# part II paras 2-3; UK GDPR art. 14(1)-(2); and how to ask for a shield.
LAW_1998='who what source why basis recipients how-long rights complaint shield'
LAW_GDPR="$LAW_1998 dpo transfers automated"

cat >"$T/read.py" <<'EOF'
# Reads wordings by their man page, apart from the program.
import hashlib, os, re, sys, unicodedata
root, languages, law_1998, law_gdpr = sys.argv[1], sys.argv[2].split(), \
    set(sys.argv[3].split()), set(sys.argv[4].split())
WHOLE = 'notice-parent notice-12 notice-16 notice-easy notice-parent-easy'
SHORT = 'eighteen archived extended withdrawal authority'
NAMES = WHOLE.split() + [s + e for s in SHORT.split() for e in ('', '-easy')] \
    + ['shield-outcome']
ACCESS = ['access', 'access-refusal', 'access-none', 'access-ask']
wrong = []

def blocks(text):
    """(kind, sections, items, values, text), in order."""
    out, stack, items, open_block, fresh = [], [], (), None, True
    for line in text.split('\n'):
        line = line.strip()
        m = re.fullmatch(r'\{\{([#^/])(\w+)\}\}', line)
        if m or line.startswith('@items') or not line:
            open_block = None
        if m:
            if m[1] == '/':
                top = stack.pop()
                if len(stack) < top[2]:
                    items = ()
            else:
                stack.append((m[1], m[2], 0))
        elif line.startswith('@items'):
            items = (items if not fresh else ()) + tuple(line.split()[1:])
            fresh = False
            if stack:
                stack[-1] = stack[-1][:2] + (len(stack),)
        elif line:
            m = re.match(r'(# |## |- |\d+\. |!\w+ |\[ \] |___ )', line)
            if m and m[1].startswith('#'):
                items, fresh = (), True
            if m or open_block is None or open_block[0].startswith('#'):
                kind = re.sub(r'\d+', '1', m[1]) if m else 'text'
                open_block = [kind, tuple(s[:2] for s in stack), items, '']
                out.append(open_block)
                fresh = True
            open_block[3] += ' ' + (line[len(m[1]):] if m else line)
    return [(k, s, frozenset(i), frozenset(re.findall(r'\{\{(\w+)\}\}', t)), t)
        for k, s, i, t in out]

def said(bs, flags):
    return set().union(*(b[2] for b in bs if not b[0].startswith('#') and
        all((f in flags) == (sign == '#') for sign, f in b[1])))

def keys(path):
    return [line.split(': ')[0] for line in open(path)]

english = {}
count = 0
for language in ['en'] + [l for l in languages if l != 'en']:
    there = [n for n in ACCESS + ['access-words'] if
        os.path.exists(f'{root}/notices/{language}/{n}.txt')]
    if there and len(there) < 5:
        wrong.append(f'{language}: of the letters about requests only {there}')
    if len(there) == 5 and sorted(keys(f'{root}/notices/{language}/'
            'access-words.txt')) != sorted(keys(
            f'{root}/notices/en/access-words.txt')):
        wrong.append(f'{language}/access-words: not the keys of the English')
    for name in NAMES + (ACCESS if there or language == 'en' else []):
        path = f'{root}/notices/{language}/{name}.txt'
        try:
            raw = open(path, 'rb').read()
        except OSError as e:
            wrong.append(str(e))
            continue
        head, _, body = raw.decode().partition('\n\n')
        bs = blocks(body)
        count += len(bs)
        for c in set(raw.decode()):
            if unicodedata.category(c) == 'Nd' and c not in '0123456789':
                wrong.append(f'{language}/{name}: the digit {c}')
        if language == 'en':
            english[name] = hashlib.sha256(raw).hexdigest()[:16], bs
        else:
            m = re.search(r'(?m)^translates: (\w+)$', head)
            if not m or m[1] != english[name][0]:
                wrong.append(f'{language}/{name}: is not of the English as '
                    f'it stands: {english[name][0]}')
            if [b[:4] for b in bs] != [b[:4] for b in english[name][1]]:
                wrong.append(f'{language}/{name}: is not built as the English')
            for b, e in zip(bs, english[name][1]):
                # "Signature" is French, too.
                if b[4] == e[4] and len(re.findall(r'[a-z]{3,}',
                        re.sub(r'\{\{\w+\}\}', '', b[4]))) > 2:
                    wrong.append(f'{language}/{name}: in English: {b[4]}')
        if name in WHOLE.split():
            for law, flags in (law_1998, []), (law_gdpr, ['uk_gdpr']):
                for why in 'first', 'comprehension', 'version':
                    for more in [], ['several']:
                        lacks = law - said(bs, flags + [why] + more)
                        if lacks:
                            wrong.append(f'{language}/{name} with {flags}, '
                                f'{why}, {more}: does not say {lacks}')
print('\n'.join(wrong[:40]))
print(len(wrong), 'wrong;', len(languages), 'languages;',
    'many' if count > 1000 else count, 'blocks', file=sys.stderr)
EOF

read_all() {
	python3 "$T/read.py" "$1" "$2" "$LAW_1998" "$LAW_GDPR"
}

if have python3; then
	test_case 'every wording says what the law asks for, in every language'
	expect_eq "$(wc -w <<<"$LANGUAGES")" 12 'languages of the policy'
	run read_all "$POLICIES" "$LANGUAGES"
	expect_status 0
	expect_eq "$(tr -d '[:space:]' <"$OUT_FILE")" ''
	expect_err_contains "0 wrong; 12 languages; many blocks"

	test_case 'and what does not is seen'
	own
	sed -i '/^@items how-long/d' "$UR/notice-easy.txt"
	sed -i '0,/^- /{/^- /d}' "$UR/notice-12.txt"
	run read_all "$T/own" 'en ur'
	expect_out_contains "ur/notice-easy with ['uk_gdpr'], first, []:"
	expect_out_contains "does not say {'how-long'}"
	expect_out_contains 'ur/notice-12: is not built as the English'
else
	test_case 'every wording says what the law asks for'
	skip 'python3 is not installed'
fi

cat >"$T/keys.py" <<'EOF'
# Each key that can be in an answer has its words, and none is there for
# nothing: labels and words as the sources of collecting and the schema have
# them, apart from the program.
import glob, re, sys
root = sys.argv[1]
def text(*paths):
    return '\n'.join(open(p).read() for q in paths
        for p in sorted(glob.glob(f'{root}/{q}')))
code = re.sub(r'\s+', ' ', text('lifecycle/duties/collecting*.c'))
schema = text('lifecycle/store/schema/*.sql')
there = [line.split(': ')[0] for line in
    open(f'{root}/policies/notices/en/access-words.txt')]
labels = set(re.findall(r'collecting_(?:text|date|day|word|yes|one)\(x,'
    r'[^"();]*"([a-z0-9-]+)"', code))
words = set(re.findall(r'"((?:did|who)-[a-z-]+)"', code))
for table, column in [('shield', 'status'), ('shield', 'asked_by'),
        ('quarantine', 'status'), ('investigation', 'status'),
        ('mail', 'status'), ('notice', 'kind'), ('notice_to', 'who'),
        ('notice_to', 'ground'), ('sar', 'relation'), ('sar', 'stage'),
        ('sar', 'outcome'), ('consent', 'end_kind'), ('move', 'status')]:
    body = re.search(rf'CREATE TABLE {table} \((.*?)\n\)', schema, re.S)[1]
    found = re.search(rf'\b{column}\b[^;]*?CHECK \({column} IN \(([^)]*)\)',
        body)[1]
    words |= set(re.findall(r"'([a-z-]+)'", found))
for path, name in [('lifecycle/rules/decide_words.c', 'STATES'),
        ('lifecycle/rules/decide_words.c', 'GROUNDS'),
        ('lifecycle/rules/decide_words.c', 'GIVERS'),
        ('lifecycle/rules/decide_words.c', 'INTENTIONS'),
        ('lifecycle/duties/wording.c', 'format_words')]:
    words |= set(re.findall(r'"([a-z-]+)"', re.search(rf'{name}\[\w*\] = '
        r'\{([^}]*)\}', text(path))[1]))
for pack in 'uk-2026', 'contactpoint-2007':
    cfg = text(f'policies/{pack}.cfg')
    for rule in 'open_first_year_purposes', 'languages':
        words |= set(re.findall(r'"([a-z0-9-]+)"', re.search(
            rf'\b{rule} = \{{\s*value = \[([^\]]*)\]', cfg)[1]))
given = {k for k in there if not re.match('(say|part|word)-', k)}
for what, of in [('labels without words', labels - given),
        ('labels that nothing has', given - labels),
        ('words', {w for w in words if 'word-' + w not in there}),
        ('few', set() if len(labels) > 50 and len(words) > 80 else
            {len(labels), len(words)})]:
    if of:
        print(what, sorted(of))
EOF

if have python3; then
	test_case 'all that an answer can tell has its words'
	run python3 "$T/keys.py" "$ROOT"
	expect_status 0
	expect_eq "$(tr -d '[:space:]' <"$OUT_FILE")" ''
	mkdir -p "$T/copy/lifecycle"
	cp -R "$ROOT/policies" "$T/copy/"
	cp -R "$ROOT"/lifecycle/{duties,rules,store} "$T/copy/lifecycle/"
	sed -i '/^postcode:/d; /^word-did-look:/d; s/^phone:/fax:/' \
	    "$T/copy/policies/notices/en/access-words.txt"
	run python3 "$T/keys.py" "$T/copy"
	expect_out_contains "labels without words ['phone', 'postcode']"
	expect_out_contains "labels that nothing has ['fax']"
	expect_out_contains "words ['did-look']"
fi

test_case 'what the policies ask for is what the law does'
for pack in 'contactpoint-2007 LAW_1998' 'uk-2026 LAW_GDPR'; do
	law=${pack#* }
	expect_eq "$(sed -n '/^\tcontent = {/,/^\t};/p' \
	    "$POLICIES/${pack% *}.cfg" | sed '/source =/,$d' |
	    grep -oE '"[a-z-]+"' | tr -d '"' | sort)" \
	    "$(tr ' ' '\n' <<<"${!law}" | sort)" "${pack% *}"
	ok cpadmin policy check "$POLICIES/${pack% *}.cfg" --json
	expect_json '.rows | length' 0
	ok cpadmin policy check "$POLICIES/${pack% *}.cfg"
	expect_err_contains '12 languages, no problem'
	expect_false grep -q lag "$ERR_FILE"
	expect_false grep -q 'not translated' "$ERR_FILE"
done

# ---- what is wrong ---------------------------------------------------------------

test_case 'a wording that forgets what the law asks for'
own
ok cpadmin policy check "$T/own/own.cfg"
expect_err_contains "$T/own/notices: 2 languages, no problem"
for name in notice-parent notice-12 notice-16 notice-easy \
    notice-parent-easy; do
	own en
	sed -i 's/^@items rights/@items why/' "$EN/$name.txt"
	found "en/$name.txt" null 'does not say rights'
done

test_case 'values that are not known, not used, not declared'
own en
sed -i 's/{{dpo}}/{{dpoo}}/' "$EN/notice-12.txt"
found en/notice-12.txt "$(line_of "$EN/notice-12.txt" '{{dpoo}}')" \
    'there is no value {{dpoo}}'
found en/notice-12.txt 4 'dpo is not used'
sed -i 's/ dpo / /; s/{{dpoo}}/{{dpo}}/' "$EN/notice-12.txt"
found en/notice-12.txt "$(line_of "$EN/notice-12.txt" '{{dpo}}')" \
    'not declared'
expect_json '.rows | length' 1

test_case 'a paragraph, a section or a value that a translation lost'
own
line=$(line_of "$UR/archived.txt" '{{^to_child}}')
sed -i "${line}s/.*/{{#several}}/; $((line + 1)),\$s|{{/to_child}}|{{/several}}|" \
    "$UR/archived.txt"
found ur/archived.txt $((line + 1)) 'other sections'
own
line=$(grep -n '^- ' "$UR/notice-16.txt" | sed -n '2s/:.*//p')
sed -i "${line}d" "$UR/notice-16.txt"
run cpadmin policy check "$T/own/own.cfg"
expect_status 10
expect_out_contains 'the English has an item (-)'

# hostile WHAT WANTED LINE: with this as the last of archived.txt.
hostile() {
	own en
	printf '%b' "$1" >>"$EN/archived.txt"
	found en/archived.txt "$3" "$2"
}
LAST=$(wc -l <"$POLICIES/notices/en/archived.txt")
NEXT=$((LAST + 1))
test_case 'hostile files: bytes'
hostile 'a\0b\n' 'control character' $NEXT
hostile 'a\x1b[31m\n' 'control character' $NEXT
hostile 'a\xff\n' 'invalid UTF-8' $NEXT
hostile 'a\xe2\x80\xaeb\n' 'bidi control' $NEXT
hostile 'a\r\n' 'CR LF' $NEXT

test_case 'hostile files: syntax'
hostile '{{#several}}\nx\n' 'not closed' $NEXT
hostile '{{/several}}\n' 'no section is open' $NEXT
hostile '{{{{{{{{\n' 'braces' $NEXT
hostile 'a } b\n' 'braces' $NEXT
hostile '{{>/etc/passwd}}\n' 'no value' $NEXT
hostile '{{=<% %>=}}\n' 'no value' $NEXT
hostile '{{&name}}\n' 'no value' $NEXT
hostile '@include /etc/passwd\n' 'only @items' $NEXT
own en
for ((i = 0; i < 3000; i++)); do
	echo '{{#several}}'
done >>"$EN/archived.txt"
found en/archived.txt $((NEXT + 1)) 'within a section of the same flag'

test_case 'hostile files: sizes and kinds'
own en
head -c 10485760 /dev/zero | tr '\0' 'a' >"$EN/archived.txt"
found en/archived.txt null 'larger than'
rm "$EN/archived.txt"
found en/archived.txt null missing
mkfifo "$EN/archived.txt"
found en/archived.txt null 'not a plain file'
rm "$EN/archived.txt"
ln -s /dev/zero "$EN/archived.txt"
found en/archived.txt null 'not a plain file'
own en
cp "$EN/archived.txt" "$EN/archievd.txt"
found en null 'no letter of the name archievd.txt'
own en
sed -i 's/{{pages}}/{{name}}/' "$EN/words.txt"
found en/words.txt "$(line_of "$EN/words.txt" 'page:')" 'once each'

# ---- policies ----------------------------------------------------------------------

test_case 'a policy is not adopted without good wordings'
new_store --policy uk-2026
own
sed -i 's/^version = "1"/version = "2"/' "$T/own/own.cfg"
sed -i '/^@items who/d' "$EN/notice-16.txt"
for dry in --dry-run ''; do
	# shellcheck disable=SC2086
	run cpadmin policy adopt "$T/own/own.cfg" $dry
	expect_status 10
	expect_out_contains 'does not say who'
done
ok cpadmin policy show --json
expect_json '.rows[1].value' 1
rm -r "$T/own/notices"
run env CPADMIN_POLICIES="$T/none" "$CPADMIN" policy adopt "$T/own/own.cfg"
expect_status 10
expect_err_contains 'no wordings of notices'
run env CPADMIN_POLICIES="$T/none" "$CPADMIN" policy check "$T/own/own.cfg"
expect_status 0
expect_err_contains 'are not checked'
ok env CPADMIN_POLICIES="$T/none" "$CPADMIN" policy check \
    "$T/own/own.cfg" --json
expect_json '.rows | length' 0
# Without its own it has those that came with the program.
ok cpadmin policy adopt "$T/own/own.cfg" --json
expect_json .version 2

test_case 'a policy that names no wording needs none'
sed '/^notices = {/,/^};/d' "$POLICIES/uk-2026.cfg" |
    sed 's/^version = "1"/version = "3"/' >"$T/none.cfg"
ok env CPADMIN_POLICIES="$T/none" "$CPADMIN" policy check "$T/none.cfg"
expect_false grep -q wording "$ERR_FILE"
ok env CPADMIN_POLICIES="$T/none" "$CPADMIN" policy adopt "$T/none.cfg"

# ---- translations ------------------------------------------------------------------

translations() {
	run env CPADMIN_POLICIES="$T/own" "$CPADMIN" notice translations "$@"
	expect_status 0
}
test_case 'each translation is listed beside the English'
own
new_store --policy "$T/own/own.cfg"
translations --json
expect_json '.kind' notice-translations
expect_json '.rows | length' 20
expect_json '[.rows[] | select(.state == "current" and .language == "ur" and
    .status == "draft" and .checked_by == null)] | length' "$(for name in \
    "$UR"/*.txt; do
	basename "$name" .txt
    done | grep -cv words)"
sed -i 's/^status: draft/status: checked\nchecked-by: A. Qureshi/' \
    "$UR/extended.txt"
sed -i 's/^version: 1/version: 2/' "$EN/eighteen.txt"
rm "$UR/archived.txt"
sed -i '/^@items shield/d' "$UR/notice-12.txt"
translations --json
expect_json '.rows[] | select(.name == "extended") | .checked_by' 'A. Qureshi'
expect_json '[.rows[] | select(.state != "current" and
    (.name | startswith("access") | not)) |
    .name + " " + .state] | sort | join(", ")' \
    'archived missing, eighteen lags, notice-12 wrong'
expect_json '.rows[] | select(.name == "eighteen") | .original' \
    "$(sha256sum "$EN/eighteen.txt" | cut -c 1-16)"
expect_json '.rows[] | select(.name == "eighteen") | .version +
    .original_version' 12
translations
expect_err_contains '20 translations: 1 checked, 1 lag, '
expect_err_contains ' missing, 1 wrong'
expect_err_contains 'notices/ur/archived.txt: it is missing'
own
sed -i 's/^version: 1/version: 2/' "$EN/eighteen.txt"
ok cpadmin policy check "$T/own/own.cfg"
expect_err_contains 'translations that lag: 1'

test_case 'letters about requests wait for nobody to translate them'
rm -f "$UR"/access*.txt
ok cpadmin policy check "$T/own/own.cfg"
expect_err_contains 'letters that are not translated: 4, English is used'
ok cpadmin policy check "$T/own/own.cfg" --json
expect_json '.rows | length' 0

# ---- what people are called ----------------------------------------------------------

test_case 'a name is never read as a wording'
NAMES=('{{post}}' '{{#first}}' '{{/first}}}}' '# Head' '- item' '!lock' \
    '@items who' '[ ] box' '%s%n' '<b>&amp;')
own en
new_store --policy "$T/own/own.cfg"
for ((i = 0; i < ${#NAMES[@]}; i++)); do
	jq -nc --arg given "${NAMES[i]}" --arg id "H$i" '{cpadmin: "record/1",
	    $id, authority: "E08000015", names: [{type: "current", $given,
	    family: "{{dpo}}"}], gender: "female", birth_date: "2012-01-01",
	    addresses: [{type: "current", lines: ["{{email}} House"],
	    postcode: "CH41 1AA"}], carers: [], involvements: [],
	    letters: {language: "en", format: "plain-text"}}'
done >"$T/rows"
ok cpadmin record import "$T/rows" --on 2026-11-21
CPADMIN_POLICIES=$T/own ok cpadmin notice issue --all --output "$T/letters" \
    --on 2026-11-21 --json
expect_json '.letters' ${#NAMES[@]}
LETTERS=$T/letters/en-plain-text.txt
for name in "${NAMES[@]}"; do
	expect_eq "$(grep -cFx -e "Dear $name," "$LETTERS")" 1 "$name"
	expect_eq "$(grep -cFx -e "$name {{dpo}}" "$LETTERS")" 1 "$name"
	expect_eq "$(grep -cF -e "your name ($name {{dpo}})" "$LETTERS")" 1 "$name"
done
expect_eq "$(grep -c '^{{email}} House$' "$LETTERS")" ${#NAMES[@]}
# In each letter once, and only as these names.
expect_eq "$(grep -c 'We now have a record about you' "$LETTERS")" ${#NAMES[@]}
expect_eq "$(grep -v -e '{{dpo}}' -e '^Dear ' -e '{{email}} House' \
    "$LETTERS" | grep -c '[{}]')" 0

test_case 'the words that were sent are kept as they were'
if have sqlite3; then
	sum=$(sha256sum "$EN/notice-12.txt" | cut -c 1-64)
	expect_eq "$(sqlite3 "$CPADMIN_STORE/store.db" 'SELECT lower(hex(sha256)),
	    language, name, version FROM wording')" "$sum|en|notice-12|1"
	sqlite3 "$CPADMIN_STORE/store.db" 'SELECT text FROM wording' |
	    head -c -1 >"$T/kept"
	expect_true cmp "$T/kept" "$EN/notice-12.txt"
	expect_eq "$(sqlite3 "$CPADMIN_STORE/store.db" 'SELECT count(*) FROM
	    notice WHERE wording = (SELECT sha256 FROM wording)')" \
	    ${#NAMES[@]}
else
	skip 'sqlite3 is not installed'
fi
