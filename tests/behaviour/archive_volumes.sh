#!/bin/bash
# Volumes that last: places, second copies, the nightly reading, and mending
# what it finds.
. "$(dirname "$0")/../lib.sh"

have sqlite3 || skip_all 'sqlite3 is not installed'

person() {
	jq -cn --arg id "$1" --arg born "$2" '{cpadmin: "record/1", id: $id,
	    authority: "E08000015", names: [{type: "current", given: "Zoë",
	    family: "O’Brien"}], gender: "female", birth_date: $born,
	    numbers: [], addresses: [], carers: [], involvements: [],
	    left_england: null, death: null, letters: null}'
}

night() {
	ok cpadmin retention run --on "$1" --yes --accept share \
	    --accept clock --json
}

# flip FILE OFFSET: one bit; twice is as it was.
flip() {
	local byte

	byte=$(od -An -tu1 -j "$2" -N 1 "$1")
	printf "\\x$(printf %02x $((byte ^ 1)))" |
	    dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}

sql() {
	sqlite3 "$CPADMIN_STORE/store.db" "$1"
}

# settings TEXT: the section `archive'.
settings() {
	sed -i '/^archive = /d' "$CPADMIN_STORE/cpadmin.conf"
	echo "archive = { $1 };" >>"$CPADMIN_STORE/cpadmin.conf"
}

whole() {
	ok cpadmin archive verify --all --json
	expect_json '[.rows[] | select(.status != "ok")] | length' 0
}

kinds() {
	cpadmin worklist --role admin --json --on "$1" | jq -r '[.rows[] |
	    select(.kind | test("^(volume|copies)")) | .kind] | join(" ")'
}

actions() {
	cpadmin audit show --json | jq -r --arg a "$1" '[.rows[] |
	    select(.action == $a)] | length'
}

# at FILE PACKAGE: where the bytes of its payload begin.
at() {
	echo $((($(tar -tRf "$1" | sed -n "s/^block \([0-9]*\): \
$2.payload\$/\1/p") + 1) * 512))
}

new_store --on 2026-01-05
VOLUMES=$CPADMIN_STORE/archive
COPIES=$T/second
for id in A:2008-01-10 B:2008-01-11 C:2008-02-01 D:2008-02-02 E:2008-03-01 \
    F:2008-03-02; do
	person "CP-${id%%:*}" "${id#*:}"
done >"$T/people"
ok cpadmin record import "$T/people" --on 2026-01-05

test_case 'settings of the archive are strict'
cp "$CPADMIN_STORE/cpadmin.conf" "$T/conf"
while IFS='|' read -r text why; do
	cp "$T/conf" "$CPADMIN_STORE/cpadmin.conf"
	settings "$text"
	run cpadmin retention run --on 2026-01-11 --yes
	expect_status 10
	expect_err_contains "$why"
	expect_err_contains "cpadmin.conf:$(grep -n '^archive' \
	    "$CPADMIN_STORE/cpadmin.conf" | cut -d: -f1): "
done <<'EOF'
copy = "second";|copy is not an absolute path
directory = 5;|directory is not a text
scrub_rate = "20";|scrub_rate is not a whole number
scrub_rate = 0;|scrub_rate is not from 1 to 10000
copies = "/x";|copies is not a setting of the archive that is known
copy = "/x"; directory = "/x/";|copy in the directory
EOF
cp "$T/conf" "$CPADMIN_STORE/cpadmin.conf"

test_case 'copies are owed until their disk is there, and no run fails'
settings "copy = \"$COPIES\";"
night 2026-01-12
expect_json '[.archived, .copies_owed, .copied] | join(" ")' '2 1 0'
ok cpadmin worklist --role admin --json --on 2026-01-12
expect_json '[.rows[] | select(.kind == "copies-owed") | .id + " " +
    .command] | join("")' 'copies cpadmin retention run'
whole
mkdir "$COPIES"
night 2026-01-13
expect_json '[.copies_owed, .copied] | join(" ")' '0 1'
expect_eq "$(kinds 2026-01-13)" ''
V1=$(cpadmin archive list --json | jq -r '.rows[0].volume')
expect_true cmp "$VOLUMES/$V1.tar" "$COPIES/$V1.tar"
expect_eq "$(stat -c %a "$COPIES/$V1.tar")" 600
expect_eq "$(actions volume.copy) $(actions volume.place)" '1 1'

test_case 'an empty mount point is not the disk'
mv "$COPIES" "$T/unmounted"
mkdir "$COPIES"
night 2026-02-03
expect_json '[.archived, .copies_owed] | join(" ")' '2 2'
expect_eq "$(find "$COPIES" -type f)" ''
run cpadmin archive verify --json
expect_status 8
expect_json '[.rows[] | select(.status == "missing") | .place] | join("")' \
    "$COPIES"
rmdir "$COPIES"
mv "$T/unmounted" "$COPIES"
night 2026-02-04
expect_json .copied 1
whole
V2=$(cpadmin archive list --json | jq -r '.rows[-1].volume')

test_case 'the disk of another store is refused'
MINE=$CPADMIN_STORE
new_store --on 2026-01-05
settings "directory = \"$COPIES\";"
run cpadmin retention run --on 2026-01-12 --yes
expect_status 5
expect_err_contains 'another store'
export CPADMIN_STORE=$MINE

test_case 'all is well, and said so in figures'
ok cpadmin archive verify --all
expect_err_contains '2 volumes (2 copies) with 4 packages'
expect_err_contains '4 ok, 0 corrupt, 0 missing, 0 orphans'
ok cpadmin archive scrub --on 2026-02-05 --json
expect_json '[.volumes, .copies, .corrupt, .missing, .left] | join(" ")' \
    '2 2 0 0 0'
expect_json .bytes "$(cat "$VOLUMES"/*.tar "$COPIES"/*.tar | wc -c)"
ok cpadmin archive scrub --on 2026-02-05 --json
expect_json .volumes 0
expect_eq "$(sql 'SELECT group_concat(checked) FROM volume')" \
    2026-02-05,2026-02-05

test_case 'the longest unread comes first'
sql "UPDATE volume SET checked = '2026-01-20' WHERE id = '$V2'"
run cpadmin archive scrub --on 2026-02-05 --rate 0
expect_status 2
run cpadmin archive scrub --on 2026-02-05 --max-minutes x
expect_status 2
ok cpadmin archive scrub --on 2026-02-05 --max-minutes 1 --rate 1 --json
expect_json '[.volumes, .left] | join(" ")' '1 0'

test_case 'scrub finds damage, and repair mends it either way'
PK=$(cpadmin archive list --json | jq -r '.rows[0].package')
for side in "$VOLUMES" "$COPIES"; do
	sql 'UPDATE volume SET checked = NULL'
	flip "$side/$V1.tar" "$(at "$side/$V1.tar" "$PK")"
	run cpadmin archive scrub --on 2026-02-06 --json
	expect_status 8
	expect_json '[.troubles[] | .volume + " " + .status] | join("")' \
	    "$V1 corrupt"
	expect_eq "$(kinds 2026-02-06)" volume-trouble
	# Known: read again, last of all, and not logged again.
	logged=$(actions volume.trouble)
	run cpadmin archive scrub --on 2026-02-07
	expect_status 8
	expect_eq "$(actions volume.trouble)" "$logged"
	ok cpadmin archive repair --dry-run --json --on 2026-02-07
	expect_json '.rows | length' 1
	run cpadmin archive verify --all
	expect_status 8
	ok cpadmin archive repair --yes --json --on 2026-02-07
	expect_json '.rows | length' 1
	expect_json '.rows[0].volume' "$V1"
	expect_eq "$(kinds 2026-02-07)" ''
	whole
	rm "$side/$V1.tar"
	run cpadmin archive scrub --on 2026-02-08 --json
	expect_status 8
	expect_json '.troubles[0].status' missing
	ok cpadmin archive repair "$V1" --yes --on 2026-02-08
	ok cpadmin archive scrub --on 2026-02-08
	whole
done

test_case 'what is right again by itself is trouble no more'
flip "$VOLUMES/$V1.tar" 5
run cpadmin archive scrub --on 2026-02-09
expect_status 8
flip "$VOLUMES/$V1.tar" 5
ok cpadmin archive scrub --on 2026-02-09
expect_eq "$(kinds 2026-02-09)" ''

test_case 'both damaged in different packages: all is salvaged'
mapfile -t IN1 < <(cpadmin archive list --json |
    jq -r --arg v "$V1" '.rows[] | select(.volume == $v) | .package')
flip "$VOLUMES/$V1.tar" "$(at "$VOLUMES/$V1.tar" "${IN1[0]}")"
flip "$COPIES/$V1.tar" "$(at "$COPIES/$V1.tar" "${IN1[1]}")"
ok cpadmin archive repair --yes --json --on 2026-02-10
expect_json '[.rows[] | .volume + " " + .status + " " +
    (.packages | tostring)] | join("")' "$V1 salvaged 2"
whole
ok cpadmin archive verify --share \
    "$(echo "$CPADMIN_STORE"/keys/custody-*-share-1.age)" \
    --share "$(echo "$CPADMIN_STORE"/keys/custody-*-share-2.age)"
expect_no_file "$VOLUMES/$V1.tar"
expect_no_file "$COPIES/$V1.tar"
V1=$(cpadmin archive list --json | jq -r --arg p "${IN1[0]}" \
    '.rows[] | select(.package == $p) | .volume')
expect_file "$COPIES/$V1.tar"

test_case 'what nothing holds is named, and the rest is saved'
flip "$VOLUMES/$V1.tar" "$(at "$VOLUMES/$V1.tar" "${IN1[0]}")"
flip "$COPIES/$V1.tar" "$(at "$COPIES/$V1.tar" "${IN1[0]}")"
cp "$VOLUMES/$V1.tar" "$T/bad.tar"
cp "$CPADMIN_STORE/store.db" "$T/before.db"
run cpadmin archive repair --yes --json --on 2026-02-11
expect_status 3
expect_json '[.rows[] | .status] | sort | join(" ")' 'lost salvaged'
expect_out_matches "package ${IN1[0]} is in no file"
ok cpadmin archive open "${IN1[1]}" --purpose court-order --reason T
run cpadmin archive open "${IN1[0]}" --purpose court-order --reason T
expect_status 8
expect_out_empty
# A run goes on, and does not stumble over it each night.
night 2026-02-12
run cpadmin archive repair --yes --on 2026-02-12
expect_status 3

test_case 'a backup of the file that turns up is enough'
flip "$T/bad.tar" "$(at "$T/bad.tar" "${IN1[0]}")"
cp "$T/bad.tar" "$VOLUMES/$V1.tar"
chmod 600 "$VOLUMES/$V1.tar"
ok cpadmin archive repair --yes --on 2026-02-12
whole
expect_eq "$(kinds 2026-02-12)" ''

test_case 'an orphan may hold the only good payload'
cp "$VOLUMES/$V2.tar" "$VOLUMES/V-20200101-ORPHAN.tar"
for id in $(cpadmin archive list --json | jq -r --arg v "$V2" \
    '.rows[] | select(.volume == $v) | .package'); do
	for side in "$VOLUMES" "$COPIES"; do
		flip "$side/$V2.tar" "$(at "$side/$V2.tar" "$id")"
	done
done
run cpadmin archive repair --remove-orphans --dry-run --json --on 2026-02-13
expect_status 0
expect_json '[.rows[] | .status] | sort | join(" ")' 'removed salvaged'
expect_file "$VOLUMES/V-20200101-ORPHAN.tar"
ok cpadmin archive repair --remove-orphans --yes --json --on 2026-02-13
expect_json '[.rows[] | .status] | sort | join(" ")' 'removed salvaged'
expect_no_file "$VOLUMES/V-20200101-ORPHAN.tar"
whole
V2=$(cpadmin archive list --json | jq -r '.rows[] |
    select(.id == "CP-C") | .volume')

test_case 'an orphan is reported, and removed only when asked'
cp "$VOLUMES/$V2.tar" "$VOLUMES/V-20200101-OTHER.tar"
run cpadmin archive verify
expect_status 8
ok cpadmin archive repair --yes --json --on 2026-02-13
expect_json '[.rows[] | .status] | join(" ")' orphan
expect_file "$VOLUMES/V-20200101-OTHER.tar"
ok cpadmin archive repair --yes --remove-orphans --on 2026-02-13
expect_no_file "$VOLUMES/V-20200101-OTHER.tar"
whole

test_case 'nothing is swept after a crash that is whole nowhere else'
sql "UPDATE volume SET id = 'V-20200101-ELSEWHERE' WHERE id = '$V2'"
sql 'UPDATE run SET finished = NULL WHERE n = (SELECT max(n) FROM run)'
night 2026-02-13
expect_file "$VOLUMES/$V2.tar"
expect_file "$COPIES/$V2.tar"
ok cpadmin archive repair --yes --remove-orphans --json --on 2026-02-13
expect_json '[.rows[] | .status] | sort | join(" ")' 'removed removed salvaged'
whole
V2=$(cpadmin archive list --json | jq -r '.rows[] |
    select(.id == "CP-C") | .volume')

test_case 'to another disk'
mkdir "$T/third"
ok cpadmin archive move "$T/third" "$V1" --dry-run --json --on 2026-02-14
expect_json '[.rows[] | .volume + " " + .status] | join("")' "$V1 moved"
expect_file "$VOLUMES/$V1.tar"
ok cpadmin archive move "$T/third" "$V1" --json --on 2026-02-14
expect_no_file "$VOLUMES/$V1.tar"
expect_file "$T/third/$V1.tar"
whole
ok cpadmin archive open "${IN1[1]}" --purpose court-order --reason T
ok cpadmin archive move "$T/third" "$V1" --json --on 2026-02-14
expect_json '.rows | length' 0
run cpadmin archive move "$T/third"
expect_status 2
run cpadmin archive move third --all
expect_status 2
run cpadmin archive move "$COPIES" --all
expect_status 5
run cpadmin archive move "$T/nowhere" --all
expect_status 4
# From the copy, when the file itself is gone with its disk.
rm "$VOLUMES/$V2.tar"
ok cpadmin archive move "$T/third" --all --json --on 2026-02-14
whole
expect_eq "$(find "$VOLUMES" -name '*.tar')" ''

test_case 'a folder by another name is no other disk'
ln -s "$T/third" "$T/link"
for other in "$T/third/" "$T//third" "$T/link" "$T/link/." "$T/second/../third"
do
	ok cpadmin archive move "$other" --all --json --on 2026-02-15
	expect_json '.rows | length' 0
	whole
done
run cpadmin archive move "$COPIES/." --all
expect_status 5
# It was another one when it was first used.
mkdir "$T/fourth"
ln -sfn "$T/fourth" "$T/link"
ok cpadmin archive move "$T/link" "$V1" --on 2026-02-15
expect_file "$T/fourth/$V1.tar"
ok cpadmin archive move "$T/third" "$V1" --on 2026-02-15
rm -r "$T/fourth"
ln -sfn "$T/third" "$T/link"
ok cpadmin archive move "$T/link" --all --on 2026-02-15
expect_file "$T/third/$V1.tar"
ok cpadmin archive repair --remove-orphans --yes --on 2026-02-15
whole
ok cpadmin archive move "$T/third" --all --on 2026-02-15
expect_file "$T/third/$V1.tar"
settings "directory = \"$T/third\"; copy = \"$T/link\";"
run cpadmin retention run --on 2026-02-15 --yes
expect_status 10
expect_err_contains 'where the volumes themselves are'
settings "copy = \"$COPIES\";"
# An emptied disk may be taken away.
rm "$T/link"
whole
ok cpadmin archive scrub --on 2026-02-16

test_case 'a volume that moves over its damaged copy is well'
settings 'scrub_rate = 100;'
flip "$COPIES/$V1.tar" 700
run cpadmin archive scrub --on 2026-02-17
expect_status 8
expect_eq "$(kinds 2026-02-17)" volume-trouble
ok cpadmin archive move "$COPIES" "$V1" --on 2026-02-17
expect_eq "$(kinds 2026-02-17)" ''
whole
ok cpadmin archive move "$T/third" "$V1" --on 2026-02-17
settings "copy = \"$COPIES\";"

test_case 'new volumes go to the directory of the settings'
settings "directory = \"$T/third\"; copy = \"$COPIES\"; scrub_rate = 100;"
night 2026-03-03
V3=$(cpadmin archive list --json | jq -r '.rows[-1].volume')
expect_file "$T/third/$V3.tar"
expect_file "$COPIES/$V3.tar"
whole
# The second copies may be where the volumes were.
settings "directory = \"$T/third\"; copy = \"$VOLUMES\";"
night 2026-03-03
expect_json '[.copied, .copies_owed] | join(" ")' '4 0'
expect_file "$VOLUMES/$V3.tar"
whole
settings "directory = \"$T/third\"; copy = \"$COPIES\"; scrub_rate = 100;"
mv "$T/third" "$T/away"
run cpadmin retention run --on 2026-03-04 --yes
expect_status 4
expect_err_contains mounted
mv "$T/away" "$T/third"

test_case 'compaction takes copies along'
# shellcheck disable=SC2046
ok cpadmin archive restore CP-E --reason T --set birth_date=2010-01-01 \
    --on 2026-03-05
ok cpadmin archive compact --json --on 2026-03-05
expect_json '.rows | length' 0
ok cpadmin archive compact --all --dry-run --json --on 2026-03-05
expect_json '[.rows[] | .status] | unique | join(",")' compacted
expect_json ".rows | map(.volume) | index(\"$V3\") != null" true
ok cpadmin archive compact --all --json --on 2026-03-05
expect_no_file "$T/third/$V3.tar"
expect_no_file "$COPIES/$V3.tar"
whole
expect_eq "$(find "$T/third" "$COPIES" -name 'V-*.tar' | wc -l)" \
    "$(($(sql 'SELECT count(*) FROM volume WHERE gone IS NULL') * 2))" files

test_case 'a file that cannot be removed yet is not forgotten'
mv "$COPIES" "$T/unmounted"
ok cpadmin archive restore CP-F --reason T --set birth_date=2010-01-01 \
    --on 2026-03-06
ok cpadmin archive compact --json --on 2026-03-06
expect_json '[.rows[] | .status] | join(",")' removed
expect_eq "$(kinds 2026-03-06)" 'copies-owed volume-leftover'
mv "$T/unmounted" "$COPIES"
night 2026-03-07
expect_eq "$(kinds 2026-03-07)" ''
expect_eq "$(find "$T/third" "$COPIES" -name 'V-*.tar' | wc -l)" \
    "$(($(sql 'SELECT count(*) FROM volume WHERE gone IS NULL') * 2))" files
whole
ok cpadmin audit verify

test_case 'a run at work is not disturbed'
(
	flock 9
	run cpadmin archive repair --yes
	expect_status 6
	run cpadmin archive move "$T/third" --all
	expect_status 6
) 9>>"$CPADMIN_STORE/run.lock"

test_case 'who may'
ok cpadmin operator add ted --uid 4711 --role team
run cpadmin archive repair --yes --as ted
expect_status 9
run cpadmin archive compact --as ted
expect_status 9
run cpadmin archive repair
expect_status 2
