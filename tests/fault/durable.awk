# Reads a log of fault.so, of an unhurt run, and says what a power cut could
# undo although the program went on as if it were safe.  A kill cannot show
# this: what is written but not synced survives a kill.
#
#  - a file is renamed while writes to it are not synced;
#  - a write-ahead log is written while the folder of a name given by rename
#    is not synced: the transaction would outlive the file it speaks of;
#  - at the end a file has unsynced writes, or a new name an unsynced folder.
#
# SQLite's own files are its own business.  -v volatile=RE: names that need
# not last (locks).
function folder(path) {
	sub(/\/[^\/]*$/, "", path)
	return path
}
function forget(path) {
	delete dirty[path]
	delete entry[path]
	delete published[path]
}
function synced(path, p) {
	delete dirty[path]
	for (p in entry)
		if (folder(p) == path) {
			delete entry[p]
			delete published[p]
		}
}
function exempt(path) {
	return path ~ /\.db(-wal|-shm|-journal)?$/ ||
	    (volatile != "" && path ~ volatile)
}
function say(n, what) { print "call " n ": " what }
{
	call = $3
	path = $0
	sub(/^[^ ]+ [^ ]+ [^ ]+ /, "", path)
}
call == "fsync" || call == "fdatasync" { synced(path); next }
call == "syncfs" { split("", dirty); split("", entry); split("", published); next }
call == "unlink" { forget(path); next }
call == "rename" {
	split(path, names, " => ")
	if (names[1] in dirty)
		say($1, names[1] " is renamed before it is synced")
	was = dirty[names[1]]
	forget(names[1])
	forget(names[2])
	if (was)
		dirty[names[2]] = was
	entry[names[2]] = published[names[2]] = $1
	next
}
path ~ /\.db-wal$/ && $2 == "data" {
	for (p in published) {
		say($1, "a transaction is written before the folder of " p \
		    " is synced")
		delete published[p]
	}
}
exempt(path) { next }
call ~ /^(open|mkstemp|mkdir|mkdtemp|link|symlink)$/ {
	if ($2 == "space")
		entry[path] = $1
	else
		dirty[path] = $1
	next
}
call ~ /write|truncate|fallocate|copy_file_range|sendfile/ { dirty[path] = $1 }
END {
	for (p in dirty)
		say(dirty[p], p " is never synced")
	for (p in entry)
		say(entry[p], "the folder of " p " is never synced")
}
