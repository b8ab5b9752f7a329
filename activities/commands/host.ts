/** A machine that commands can be run on. Where it is makes no difference to who uses it. */

export type RunOptions = {
  stdin?: string;
  /** The command is killed, there too, after this long. Default 30 s. */
  timeoutMs?: number;
  /** Overrides the host's own setting. */
  sudo?: boolean;
  /** Of standard output, this much is kept; the rest is read and thrown away. Default 4 MB. */
  maxOutputBytes?: number;
  /** Kills the command when aborted; `run` then throws the signal's reason. */
  signal?: AbortSignal;
  /** Standard output goes into this local file, unbounded, instead of memory. */
  outputFile?: string;
};

export type CommandResult = {
  exitCode: number;
  stdout: string;
  /** Its last 64 KiB. */
  stderr: string;
  durationMs: number;
  /** There was more on standard output than `maxOutputBytes`. */
  truncated?: boolean;
  /** What was written to `outputFile`. */
  bytes?: number;
};

export type Host = {
  readonly name: string;
  /**
   * Runs a program with its arguments. No shell interprets them, wherever it runs.
   * @returns for every exit code of the command's own, also 255
   * @throws BackoutFailure HostUnreachable, HostKeyRejected, CredentialsRejected, CommandTimedOut, ProgramMissing or
   * PermissionDenied. After HostUnreachable and CommandTimedOut the command may have acted, and may live on there.
   */
  run(argv: readonly string[], options?: RunOptions): Promise<CommandResult>;
  /** Opens what `run` needs, so that the first command is as quick as the others. */
  warm(): Promise<void>;
  close(): Promise<void>;
};

export const DEFAULT_TIMEOUT_MS = 30_000;
export const MAX_OUTPUT_BYTES = 4_000_000;
