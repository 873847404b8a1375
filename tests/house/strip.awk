# Blanks comments, and the insides of string and character constants, of C,
# line for line.  With -v keep=includes the names of included files stay; with
# -v where=1 each line is FILE<TAB>NUMBER<TAB>LINE.
function put(text)
{
	if (where)
		text = FILENAME "\t" FNR "\t" text
	print text
}
{
	if (FNR == 1)
		comment = 0
	line = $0
	if (keep == "includes" && !comment && line ~ /^[ \t]*#[ \t]*include/) {
		sub(/\/\*.*/, "", line)
		sub(/\/\/.*/, "", line)
		put(line)
		next
	}
	out = ""
	n = length(line)
	for (i = 1; i <= n; i++) {
		c = substr(line, i, 1)
		two = substr(line, i, 2)
		if (comment) {
			if (two == "*/") {
				comment = 0
				i++
			}
		} else if (quote != "") {
			if (c == "\\")
				i++
			else if (c == quote) {
				quote = ""
				out = out c
			}
		} else if (two == "/*") {
			comment = 1
			i++
			out = out " "
		} else if (two == "//")
			break
		else {
			if (c == "\"" || c == "'")
				quote = c
			out = out c
		}
	}
	quote = ""
	put(out)
}
