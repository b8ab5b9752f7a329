#!/bin/sh
# The files of a container with PostgreSQL, as a tar archive: made of this machine's own (Debian), for where no registry
# can be reached. Arguments: the folder of PostgreSQL's programs, the archive. BusyBox is the rest of the system, as in
# the official Alpine images; exec runs as root, data is in a volume's place, and the variables are those of the official.
set -eu
bin=$1 archive=$2
version=$(basename "$(dirname "$bin")")
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
mkdir -p "$root/bin" "$root/etc" "$root/tmp" "$root/run/postgresql" "$root/var/lib/postgresql" "$root/usr/local/bin" "$root/backups"
ln -s /run "$root/var/run"
chmod 1777 "$root/tmp" "$root/backups"

# Compiling queries needs LLVM, which is larger than all the rest.
locale=/usr/lib/locale/C.utf8
[ -d "$locale" ] || locale=
# shellcheck disable=SC2086 -- none, or one word
tar -C / -c --exclude='llvmjit*' --exclude=bitcode --exclude=man \
  "usr/lib/postgresql/$version" "usr/share/postgresql/$version" usr/share/zoneinfo ${locale#/} | tar -C "$root" -x
cp "$(command -v setpriv)" "$root/bin/setpriv"
cp "$(command -v busybox)" "$root/bin/busybox"
for name in $("$root/bin/busybox" --list); do
  [ -e "$root/bin/$name" ] || ln -s busybox "$root/bin/$name"
done

find "$root/bin/setpriv" "$root/bin/busybox" "$root/usr/lib/postgresql" -type f \( -perm -u+x -o -name '*.so' \) -exec ldd {} + 2>/dev/null |
  awk '/=> \//{print $3} /^\t\/lib/{print $1}' | sort -u |
  while read -r library; do
    mkdir -p "$root$(dirname "$library")"
    cp -L "$library" "$root$library"
  done

printf 'root:x:0:0:root:/root:/bin/sh\npostgres:x:999:999::/var/lib/postgresql:/bin/sh\n' >"$root/etc/passwd"
printf 'root:x:0:\npostgres:x:999:\n' >"$root/etc/group"
cat >"$root/usr/local/bin/docker-entrypoint.sh" <<'ENTRY'
#!/bin/sh
set -e
export PGDATA=/var/lib/postgresql/data
mkdir -p "$PGDATA"
chown -R postgres:postgres "$PGDATA" /run/postgresql
chmod 700 "$PGDATA"
# With its path: the shell of BusyBox prefers its own, which can do less.
as="/bin/setpriv --reuid=postgres --regid=postgres --clear-groups"
[ -s "$PGDATA/PG_VERSION" ] || $as initdb -U postgres -A "$POSTGRES_HOST_AUTH_METHOD" --no-sync --locale=C.UTF-8 -E UTF8
exec $as "$@"
ENTRY
chmod +x "$root/usr/local/bin/docker-entrypoint.sh"
tar -C "$root" --owner=0 --group=0 -cf "$archive" .
