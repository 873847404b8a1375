#!/bin/bash
# One gate: a person's document is read, written and shown through
# lifecycle/records/gate.h only, so that a shield cannot be gone round.
. "$(dirname "$0")/../lib.sh"
HOUSE=$ROOT/tests/house

# What may be used where: an expression, then the files that may (patterns);
# the rest of the tree may not.
RULES='SQL_DOCUMENT_GET lifecycle/records/gate.c
SQL_DOCUMENT_(ADD|UPDATE|DELETE|KEYS) lifecycle/records/record.c lifecycle/records/prepare.c lifecycle/records/merge.c
cp_record_rewrite lifecycle/records/record.c lifecycle/records/record_put.h lifecycle/records/gate_shield.c
cp_document_unhide lifecycle/records/document_unhide.c lifecycle/records/document_hide.h lifecycle/records/shield_fold.c lifecycle/duties/collecting_archived.c cpadmin/archive_shield.c
cp_document_(parse|of_tree|from_csv) lifecycle/records/document*.[ch] lifecycle/records/gate.c lifecycle/records/undo_last.c lifecycle/records/import_*.c lifecycle/records/identity.c lifecycle/records/quarantine_open.c lifecycle/records/tie_text.c lifecycle/duties/opening.c
SQL_GATE_LOG_PUT lifecycle/records/gate_log.c
(SQL_)?AUDIT_PUT_DETAIL lifecycle/records/gate_log.c lifecycle/duties/history.c'

# Statements that touch the table of documents, and why they may.
#	certificate_rows_left: counted, not read
#	undo_state: hashed, never shown
STATEMENTS='document_get document_add document_keys document_update
document_delete undo_state certificate_rows_left'

# Commands that have a document in hand, and the function of the gate (or of
# what the gate gave it to) that they have it from.
HOLDERS='cpadmin/record_show.c cp_gate_document
cpadmin/ledger.c cp_gate_document
cpadmin/shield_reveal.c cp_override
cpadmin/shield_letter.c cp_mail_document
cpadmin/notice_safe.c cp_mail_document
cpadmin/sar_letter_make.c cp_gate_document
cpadmin/record_quarantine_show.c cp_quarantine_
cpadmin/archive_shield.c cp_compartment_open_payload'

code() {
	awk -f "$HOUSE/strip.awk" "$1"
}

# uses DIR: each use where it may not be.
uses() (
	cd "$1" || exit 1
	grep -rlE "$(sed 's/ .*//' <<<"$RULES" | paste -sd '|')" \
	    --include='*.[ch]' archive lifecycle cpadmin | sort |
	    while read -r f; do
		code "$f" >"$T/code"
		while read -r what homes; do
			grep -qE "(^|[^A-Za-z0-9_])($what)($|[^A-Za-z0-9_])" \
			    "$T/code" || continue
			at_home "$f" "$homes" || echo "$f: ${what}"
		done <<<"$RULES"
	done
)

at_home() {
	local home

	for home in $2; do
		# shellcheck disable=SC2254
		case $1 in
		$home) return 0 ;;
		esac
	done
	return 1
}

# statements DIR: those that name the table and are not listed.
statements() {
	cat "$1"/lifecycle/store/sql/*.sql 2>/dev/null | awk -v known="$(
	    echo $STATEMENTS)" '
	BEGIN { n = split(known, a, " "); for (i = 1; i <= n; i++) ok[a[i]] = 1 }
	/^-- name: / { name = $3; next }
	/^--/ { next }
	/(FROM|JOIN|INTO|UPDATE)[ \t]+document([^_a-z]|$)/ {
		if (!(name in ok) && !(name in said)) print name
		said[name] = 1
	}'
}

# holders DIR: commands that hold a document that did not come by the gate.
holders() (
	cd "$1" || exit 1
	grep -rl 'cp_document' --include='*.c' cpadmin | sort |
	    while read -r f; do
		code "$f" >"$T/code"
		grep -qE 'cp_document_(text|name|parse)[^A-Za-z0-9_]|struct cp_document[^A-Za-z0-9_]' \
		    "$T/code" || continue
		from=$(awk -v f="$f" '$1 == f { print $2 }' <<<"$HOLDERS")
		if [ -z "$from" ]; then
			echo "$f: a document, from nowhere known"
		elif ! grep -q "$from" "$T/code"; then
			echo "$f: a document not by $from"
		fi
	done
)

test_case 'documents are read and written in few places'
expect_eq "$(uses "$ROOT")" '' uses
test_case 'few statements touch them'
expect_eq "$(statements "$ROOT")" '' statements
test_case 'commands have them from the gate'
expect_eq "$(holders "$ROOT")" '' holders

# try FILE TEXT: a tree of that one file.
try() {
	rm -rf "$T/tree"
	mkdir -p "$T/tree/archive" "$T/tree/cpadmin" \
	    "$T/tree/lifecycle/store/sql" "$T/tree/$(dirname "$1")"
	printf '%s\n' "$2" >"$T/tree/$1"
}
caught() {
	test_case "caught: $2"
	try "$2" "$3"
	expect_eq "$($1 "$T/tree" | wc -l)" 1
}
allowed() {
	test_case "allowed: $2"
	try "$2" "$3"
	expect_eq "$($1 "$T/tree")" ''
}
caught uses lifecycle/records/hold_facts.c 'q = cp_stmt(s, SQL_DOCUMENT_GET);'
caught uses lifecycle/duties/report.c 'q = cp_stmt(s, SQL_DOCUMENT_GET);'
allowed uses lifecycle/records/gate.c 'q = cp_stmt(s, SQL_DOCUMENT_GET);'
allowed uses lifecycle/duties/report.c '/* not SQL_DOCUMENT_GET */'
caught uses cpadmin/record_show.c 'rc = cp_document_parse(t, n, d, &o, &w, e);'
caught uses lifecycle/duties/retention.c 'rc = cp_record_rewrite(s, r);'
caught uses lifecycle/records/merge.c 'rc = cp_document_unhide(&d, t, n, e);'
allowed uses lifecycle/records/document_set.c 'rc = cp_document_parse(t);'
caught statements lifecycle/store/sql/report.sql '-- name: report_doc
SELECT doc FROM document WHERE record = ?'
caught statements lifecycle/store/sql/report.sql '-- name: report_doc
SELECT 1 FROM record r JOIN document d ON d.record = r.n'
allowed statements lifecycle/store/sql/report.sql '-- name: document_get
SELECT doc FROM document WHERE record = ?'
caught holders cpadmin/report.c 'struct cp_document *doc = NULL;'
caught holders cpadmin/record_show.c 'struct cp_document *doc = x;'
allowed holders cpadmin/record_show.c 'struct cp_document *doc;
rc = cp_gate_document(s, &r, CP_FOR_SHOW, &doc, err);'
