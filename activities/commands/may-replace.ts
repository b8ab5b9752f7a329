/** Whether a file on a host may be replaced, as a constant shell script for every system that replaces one. */

type ExitCodes = {
  /** Of the folder: nothing new can be put into it. */
  notWritable: number;
  /** The new file would belong to us: only root can give a file away. */
  ownerNotKept: number;
};

/** The script's argument: real path. Prints our user. Could a new file take its place, with its owner and group? */
export const mayReplace = ({ notWritable, ownerNotKept }: ExitCodes): string => String.raw`
folder=$(dirname -- "$1")
id -un
[ -w "$folder" ] && [ -x "$folder" ] || exit ${notWritable}
[ "$(id -u)" != 0 ] || exit 0
[ "$(stat -c %u -- "$1")" = "$(id -u)" ] || exit ${ownerNotKept}
group=$(stat -c %g -- "$1")
for ours in $(id -G); do [ "$ours" != "$group" ] || exit 0; done
exit ${ownerNotKept}`;
