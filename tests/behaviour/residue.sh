#!/bin/bash
# After destruction, the end of the shelf and a sanitising nothing of the person
# and no key is left in any file of the store; and a store that is not
# sanitised, or deletes without overwriting, is found out.
. "$(dirname "$0")/../lib.sh"

have sqlite3 || skip_all 'sqlite3 is not installed'
have xxd || skip_all 'xxd is not installed'
COUNT=40 # below the guard of a run

# Markers in every place that a document has, and in reasons.
person() {
	jq -cn --arg id "$1" --arg born "$2" '{cpadmin: "record/1", id: $id,
	    authority: "E08000015", names: [
	    {type: "current", given: ("Gvn" + $id + "x"),
	     family: ("Fam" + $id + "x")},
	    {type: "former", given: ("Old" + $id + "x"), family: "Smith"}],
	    gender: "female", birth_date: $born,
	    addresses: [{type: "current", lines: ["9 Str" + $id + "x",
	    "Twn" + $id + "x"], postcode: "CH41 1AA"}],
	    carers: [{name: ("Car" + $id + "x"), relation: "mother",
	    responsibility: true, phone: "0151 496 0000"}],
	    involvements: [{service: "education",
	    provider: ("Sch" + $id + "x"), practitioner: ("Tch" + $id + "x"),
	    phone: "0151 496 0001", start: "2015-09-01", end: null,
	    lead: false, assessment: false, sensitive: null}]}'
}
MARKS='Gvn Fam Old Str Twn Car Sch Tch Why'

sql() {
	sqlite3 "$CPADMIN_STORE/store.db" "$1"
}

# The size of the write-ahead log: sqlite3 removes it.
log_size() {
	stat -c %s "$CPADMIN_STORE/store.db-wal" 2>/dev/null || echo 0
}

night() {
	ok cpadmin retention run --on "$1" --yes --accept clock --json
}

# marks ID...: each marker of each, one a line.
marks() {
	local id mark

	for id in "$@"; do
		for mark in $MARKS; do echo "$mark${id}x"; done
	done
}

# found FOLDER: the markers and keys of $T/marks and $T/keys that are in some
# file of it, and where.
found() {
	local file hex

	find "$1" -type f | sort | while read -r file; do
		LC_ALL=C grep -aoF -f "$T/marks" "$file" | sort -u |
		    sed "s|^|${file#"$1"/} |"
		hex=$T/.hex
		xxd -p "$file" | tr -d '\n' >"$hex"
		LC_ALL=C grep -aoF -f "$T/keys" "$hex" | sort -u |
		    sed "s|^|${file#"$1"/} key |"
	done
}

# The wrapped headers in pieces of 16 bytes, so that half a row is found; of
# the shelves, the wrapped keys in their slots; the file keys themselves.
note_keys() {
	sql "SELECT lower(hex(h.wrapped)) FROM header h
	    JOIN package p ON p.n = h.package
	    JOIN record r ON r.n = p.record WHERE r.id LIKE 'D%'" |
	    sed -E 's/.{32}/&\n/g' | grep -E '^.{32}$'
	# a slot: what lies between its states; made, before it is zeroised
	xxd -p -s 64 "$CPADMIN_STORE/keys/shelves.key" | tr -d '\n' |
	    sed -E 's/.{32}/&\n/g' | grep -E '^.{32}$' |
	    grep -vE '^(00|ff)+$'
}

new_store --on 2020-01-01
ok cpadmin operator add mary --uid 2001 --role approver --on 2020-01-01
{
	for ((i = 1; i <= COUNT; i++)); do person D$i 2002-01-05; done
	for ((i = 1; i <= COUNT; i++)); do person L$i 2015-01-05; done
} >"$T/rows"
ok cpadmin record import "$T/rows" --on 2020-01-01
for i in 1 2 3; do
	ok cpadmin record show D$i --reason "WhyD${i}x" --on 2020-01-01
	ok cpadmin record correct D$i --set "names[0].given=GvnD${i}x" \
	    --reason "WhyD${i}x" --on 2020-01-02 || break
done

test_case 'what is looked for is there before'
# shellcheck disable=SC2046
marks $(seq -f 'D%.0f' $COUNT) >"$T/marks"
echo none >"$T/keys"
found "$CPADMIN_STORE" >"$T/before"
for mark in $MARKS; do
	grep -q "^store.db ${mark}D1x\$" "$T/before" || fail "no $mark"
done
night 2020-01-05
note_keys >"$T/keys"
expect_true [ "$(wc -l <"$T/keys")" -gt $((COUNT * 8)) ]
found "$CPADMIN_STORE" >"$T/archived"
expect_true grep -q '^store.db key' "$T/archived"
expect_true grep -q '^keys/shelves.key key' "$T/archived"
# Opened in rehearsal: what a reader would have had.
for i in 1 2 3; do
	ok cpadmin archive open D$i --purpose court-order \
	    --reason "WhyD${i}x" --on 2020-01-06
done

night 2026-01-06
BATCH=$(cpadmin destruction list --json | jq -r '.rows[0].batch')
ok cpadmin destruction approve "$BATCH" --as mary --on 2026-01-06
cp -r "$CPADMIN_STORE" "$T/unsound"
night 2026-01-07
expect_json .destroyed $COUNT
# The slot's lines that other shelves have too are not of the dead one.
night 2026-02-01
expect_json .shelves_destroyed 1
xxd -p "$CPADMIN_STORE/keys/shelves.key" | tr -d '\n' >"$T/ring"
while read -r key; do
	! grep -q "$key" "$T/ring" || echo "$key"
done <"$T/keys" >"$T/living"
grep -vxFf "$T/living" "$T/keys" >"$T/dead"
expect_true [ "$(wc -l <"$T/dead")" -gt $((COUNT * 8)) ]
mv "$T/dead" "$T/keys"

test_case 'before it is sanitised'
found "$CPADMIN_STORE" >"$T/unsanitised"
echo "before: $(wc -l <"$T/unsanitised") markers and keys between the rows"
expect_eq "$(grep -v '^store.db' "$T/unsanitised")" '' 'in other files'

test_case 'sanitised: no marker and no byte of a key in any file'
ok cpadmin sanitise --on 2026-02-02 --json
expect_json '.bytes_after > 0' true
expect_eq "$(found "$CPADMIN_STORE")" '' left
expect_eq "$(log_size)" 0 'bytes of log'
expect_eq "$(find "$CPADMIN_STORE" -name '.*' -type f)" '' temporaries
expect_eq "$(sql 'PRAGMA integrity_check')" ok database
expect_eq "$(sql 'PRAGMA journal_mode; PRAGMA auto_vacuum' | paste -sd' ')" \
    'wal 2' modes
ok cpadmin record show L1 --reason test --on 2026-02-02
expect_out_contains FamL1x
ok cpadmin audit verify --on 2026-02-02 --json
expect_json .valid true
ok cpadmin audit show --reason test --on 2026-02-02 --json
expect_json '[.rows[] | select(.action == "store.sanitise")] | length' 1
expect_eq "$(sql 'SELECT bytes_before > 0 AND milliseconds > 0
    FROM sanitising')" 1 'its cost'

test_case 'a store that is neither overwritten nor sanitised is found out'
cat >"$T/seed.c" <<'C'
#define _GNU_SOURCE
#include <dlfcn.h>
#include <string.h>
/* secure_delete stays off, headers are deleted as they lie, and nothing stands
 * between SQLite and the system. */
int sqlite3_open_v2(const char *path, void *out, int flags, const char *layer)
{
	int (*real)(const char *, void *, int, const char *) =
	    dlsym(RTLD_NEXT, "sqlite3_open_v2");

	if (layer != NULL && strcmp(layer, "cpadmin") == 0)
		layer = NULL;
	return real(path, out, flags, layer);
}
int sqlite3_exec(void *db, const char *sql, void *cb, void *ctx, void *msg)
{
	int (*real)(void *, const char *, void *, void *, void *) =
	    dlsym(RTLD_NEXT, "sqlite3_exec");
	static const char off[] = "PRAGMA secure_delete = OFF";

	if (strstr(sql, "secure_delete = ON") != NULL)
		(void)real(db, off, 0, 0, 0);
	else
		return real(db, sql, cb, ctx, msg);
	sql = strchr(sql, ';');
	return sql == NULL ? 0 : real(db, sql + 1, cb, ctx, msg);
}
int sqlite3_prepare_v3(void *db, const char *sql, int n, unsigned flags,
    void *out, void *tail)
{
	int (*real)(void *, const char *, int, unsigned, void *, void *) =
	    dlsym(RTLD_NEXT, "sqlite3_prepare_v3");

	if (strncmp(sql, "UPDATE header SET wrapped = zeroblob", 36) == 0)
		return real(db, "SELECT 1 WHERE ?1 = 0", -1, flags, out,
		    tail);
	return real(db, sql, n, flags, out, tail);
}
C
if sanitized "$CPADMIN"; then
	skip 'another library cannot come before the sanitizer'
elif ! cc -shared -fPIC -o "$T/seed.so" "$T/seed.c" -ldl 2>"$T/cc"; then
	fail 'the seed does not compile' "$(cat "$T/cc")"
else
	for day in 2026-01-07 2026-02-01; do
		LD_PRELOAD=$T/seed.so CPADMIN_STORE=$T/unsound run cpadmin \
		    retention run --on $day --yes --accept clock --json
		expect_status 0
	done
	found "$T/unsound" >"$T/seeded"
	echo "seeded: $(wc -l <"$T/seeded") markers and keys between the rows"
	expect_true grep -q '^store.db key' "$T/seeded"
	CPADMIN_STORE=$T/unsound run cpadmin sanitise --on 2026-02-02
	expect_status 0
	expect_eq "$(found "$T/unsound")" '' 'after a sanitising'
fi

test_case 'who reads is waited for, and named a way to'
mkfifo "$T/hold"
sqlite3 "$CPADMIN_STORE/store.db" <"$T/hold" >"$T/reader" &
READER=$!
exec 9>"$T/hold"
echo 'BEGIN; SELECT count(*) FROM record;' >&9
for ((i = 0; i < 50; i++)); do
	[ -s "$T/reader" ] && break
	sleep 0.1
done
ok cpadmin operator add zoe --uid 2010 --role team --on 2026-02-03
expect_true [ "$(log_size)" -gt 0 ]
( sleep 2; echo 'COMMIT;' >&9 ) &
ok cpadmin sanitise --on 2026-02-03 --json
exec 9>&-
wait "$READER"
expect_eq "$(log_size)" 0 'bytes of log'

test_case 'a dry run changes nothing; only some may'
BEFORE=$(sha256sum <"$CPADMIN_STORE/store.db")
ok cpadmin sanitise --dry-run --on 2026-02-04 --json
expect_json '[.dry_run, .bytes_after, .last[:10]] | tostring' \
    '[true,null,"2026-02-03"]'
expect_eq "$(sha256sum <"$CPADMIN_STORE/store.db")" "$BEFORE" database
run cpadmin sanitise --as mary --on 2026-02-04
expect_status 9
(
	exec 8>"$CPADMIN_STORE/run.lock"
	flock 8
	run cpadmin sanitise --on 2026-02-04
	expect_status 6
	expect_err_contains 'retention run'
)

test_case 'a temporary that a kill left is overwritten and removed'
echo FamD1x >"$CPADMIN_STORE/.sanitise-1-0"
ln "$CPADMIN_STORE/.sanitise-1-0" "$T/left"
ok cpadmin sanitise --on 2026-02-05
expect_no_file "$CPADMIN_STORE/.sanitise-1-0"
expect_eq "$(tr -d '\0' <"$T/left")" '' 'what it held'
