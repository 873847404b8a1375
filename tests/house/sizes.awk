# Measures C sources, their comments kept: prints `function LINES FILE NAME',
# `file LINES FILE' and `wide 1 FILE:LINE'.  A function is what stands between
# a line `{' and a line `}', braces included.
FNR == 1 {
	if (NR > 1)
		print "file", last, name
	name = FILENAME
	start = 0
}
{
	last = FNR
	line = $0
	width = 0
	n = split(line, parts, "\t")
	for (i = 1; i < n; i++)
		width = int((width + length(parts[i])) / 8 + 1) * 8
	if (width + length(parts[n]) > 80)
		print "wide", 1, name ":" FNR
}
/^[a-z_][a-z_A-Z0-9]*\(/ {
	function_name = $0
	sub(/\(.*/, "", function_name)
}
/^\{$/ { start = FNR }
/^\}$/ && start {
	print "function", FNR - start + 1, name, function_name
	start = 0
}
END {
	if (NR)
		print "file", last, name
}
