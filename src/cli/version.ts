/** The version, as in package.json (a test compares them): reading a file would make `--version` slower. */
export const VERSION = '0.1.0';
