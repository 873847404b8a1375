# Makes C from SQL.  want=ids: an enum of the named statements.
# want=text: their texts, and the schema files in order.
# A statement starts with a line `-- name: lower_case_name'.
function quote(s) {
	gsub(/\\/, "\\\\", s); gsub(/"/, "\\\"", s)
	return "\t\"" s "\\n\""
}
BEGIN {
	print "/* Generated from lifecycle/store; do not edit. */"
	if (want == "ids") print "enum sql_id {"
	else print "#include \"lifecycle/store/sql.h\"\n"
}
FNR == 1 { schema = (FILENAME ~ /schema\//); if (schema) files[++nf] = FILENAME }
schema { body[nf] = body[nf] "\n" quote($0); next }
/^-- name: / { name[++n] = $3; next }
n > 0 && !/^--/ && !/^[ \t]*$/ { text[n] = text[n] "\n" quote($0) }
END {
	if (want == "ids") {
		for (i = 1; i <= n; i++) print "\tSQL_" toupper(name[i]) ","
		print "\tSQL_COUNT\n};"
		exit
	}
	print "const struct sql_text sql_texts[SQL_COUNT + 1] = {"
	for (i = 1; i <= n; i++)
		print "\t{ \"" name[i] "\"," text[i] " },"
	print "\t{ 0, 0 }\n};\n\nconst char *const sql_schema[] = {"
	for (i = 1; i <= nf; i++) print body[i] ","
	print "\t0\n};\nconst int sql_schema_count = " nf ";"
}
