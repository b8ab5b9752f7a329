/** Constant scripts that look at backups. They need a shell, stat, gzip and awk, also those of BusyBox. */

/** Argument: a folder. Prints TYPE SIZE MTIME NAME of what lies in it; files whose names begin with a dot are not meant. */
export const LIST = String.raw`
cd "$1" || exit 210
[ -r . ] || exit 210
for name in *; do
  if [ -d "$name" ]; then
    size=$(du -sk -- "$name" | cut -f1)
    printf 'd\t%s\t%s\t%s\n' "$((size * 1024))" "$(stat -L -c %Y -- "$name")" "$name"
  elif [ -f "$name" ]; then
    printf 'f\t%s\t%s\n' "$(stat -L -c '%s	%Y' -- "$name")" "$name"
  fi
done
true`;

/** LIST's own exit code. */
export const NO_FOLDER = 210;
/** Those of PUBLISH. */
export const NAME_TAKEN = 211;
export const NO_MANIFEST = 212;

/**
 * Arguments: a folder, then names in it. For each: its beginning (unpacked where it is gzip), whether it is gzip, and its
 * manifest; in base64, on a line each. What can't be read is empty, and the full reading says why.
 */
export const HEADS = String.raw`
cd "$1" || exit 210
shift
encode() { base64 | tr -d '\n'; }
for name do
  packed=no
  head=
  if [ -d "$name" ]; then
    [ ! -f "$name/toc.dat" ] || head=$(head -c 4096 <"$name/toc.dat" 2>/dev/null | encode)
  else
    magic=$(head -c 2 <"$name" 2>/dev/null | od -An -tx1 | tr -d ' \n')
    if [ "$magic" = 1f8b ]; then
      packed=yes
      head=$(gzip -dc <"$name" 2>/dev/null | head -c 4096 | encode)
    else
      head=$(head -c 4096 <"$name" 2>/dev/null | encode)
    fi
  fi
  manifest=
  [ ! -f "$name.manifest.json" ] || manifest=$(head -c 65536 <"$name.manifest.json" 2>/dev/null | encode)
  printf '%s\t%s\t%s\n' "$packed" "$head" "$manifest"
done`;

/** Arguments: local times as "YYYY-MM-DD HH:MM:SS". Prints each as seconds since 1970, by the clock settings there. */
export const LOCAL_TIMES = String.raw`
for time do date -d "$time" +%s 2>/dev/null || echo; done`;

/** What the reading of a file ended with, on standard error. */
export const READ_FAILED = 'backout-read-failed';

/**
 * Reads SQL as pg_dump writes it, rows left out: what it holds, one fact a line. A line is only believed outside of COPY,
 * because rows may hold anything.
 */
const DIGEST = String.raw`
function once(key, value) { if (!((key, value) in had)) { had[key, value] = 1; print key "\t" value } }
copying { if ($0 == "\\.") copying = 0; next }
/^COPY .* FROM stdin;$/ { copying = 1; once("rows", "yes"); after = 1; next }
/^INSERT INTO / { once("rows", "yes"); after = 1; next }
/^-- PostgreSQL database dump complete/ { complete = 1; after = 0; next }
/^-- Name: .*; Type: TABLE; Schema: / {
  name = $0; sub(/^-- Name: /, "", name); sub(/; Type: TABLE; Schema: /, ".", name); sub(/; Owner: .*$/, "", name)
  sub(/; Tablespace: .*$/, "", name); once("table", name)
}
/^\\connect / { once("connect", substr($0, 10)) }
/^DROP / && !/^DROP [A-Z ]+ IF EXISTS / { once("drops", "yes") }
/^\\restrict / { once("restrict", "yes") }
/^ALTER .* OWNER TO .*;$/ { role = $0; sub(/^.* OWNER TO /, "", role); sub(/;$/, "", role); once("role", role) }
/^(GRANT|REVOKE|ALTER DEFAULT PRIVILEGES) .*;$/ {
  role = $0; sub(/;$/, "", role); sub(/ WITH GRANT OPTION$/, "", role)
  sub(/^.* (TO|FROM) /, "", role); once("role", role)
}
/^ALTER DEFAULT PRIVILEGES FOR ROLE / {
  role = $0; sub(/^ALTER DEFAULT PRIVILEGES FOR ROLE /, "", role); sub(/ (IN SCHEMA .*|GRANT .*|REVOKE .*)$/, "", role)
  once("role", role)
}
/^(--.*|\\unrestrict .*|)$/ { next }
{ after = 1 }
END {
  print "complete\t" (complete && !after && !copying ? "yes" : "no")
  print "copying\t" (copying ? "yes" : "no")
}`;

/**
 * A value of 100 MB on one line costs awk minutes, and its end tells nothing. What is kept has room for the longest line
 * that matters: COPY with 1,600 columns.
 */
const CUT = 'cut -b1-200000';

/** Arguments: gunzip or cat, then the file. Reads a plain dump to its end. */
export const READ_PLAIN = String.raw`
export LC_ALL=C
{
  case $1 in gunzip) gzip -dc <"$2" ;; *) cat <"$2" ;; esac || echo "${READ_FAILED} $?" >&2
} | ${CUT} | awk '${DIGEST}'`;

/** Arguments: pg_restore's own (the archive, or none for standard input). Reads the schema of an archive. */
export const READ_SCHEMA = String.raw`
export LC_ALL=C
{ pg_restore -s -f - "$@" || echo "${READ_FAILED} $?" >&2; } | ${CUT} | awk '${DIGEST}'`;

/** Argument: a file or a folder. Prints its SHA-256. */
export const CHECKSUM = String.raw`
if [ -d "$1" ]; then cd "$1" && sha256sum -- * | sha256sum; else sha256sum <"$1"; fi | cut -d' ' -f1`;

/** Arguments: a command. What it writes, nobody else may read. */
export const PRIVATELY = String.raw`
umask 077
exec "$@"`;

/** Argument: a file or a folder. Prints its size in bytes. */
export const SIZE = String.raw`
if [ -d "$1" ]; then echo $(($(du -sk -- "$1" | cut -f1) * 1024)); else stat -L -c %s -- "$1"; fi`;

/** Arguments: a folder, a name's beginning. Removes what backups that were killed a day ago and more left behind. */
export const SWEEP = String.raw`
cd "$1" || exit ${NO_FOLDER}
find . -maxdepth 1 -name ".$2-*.partial" -mmin +1440 -exec rm -rf {} +`;

/**
 * Arguments: folder, partial file or folder in it, final name. Standard input: the manifest. Both get their names by
 * renaming, the manifest last: what can be seen is whole.
 */
export const PUBLISH = String.raw`
umask 077
cd "$1" || exit ${NO_FOLDER}
[ ! -e "$3" ] || exit ${NAME_TAKEN}
cat >".$3.manifest.partial" && [ -s ".$3.manifest.partial" ] || exit ${NO_MANIFEST}
sync "$2" ".$3.manifest.partial" 2>/dev/null || sync
mv -- "$2" "$3" && mv -- ".$3.manifest.partial" "$3.manifest.json"`;

/** Arguments: folder, partial file or folder in it, final name. Removes what is not finished. */
export const DISCARD = String.raw`
cd "$1" && rm -rf -- "$2" ".$3.manifest.partial"`;
