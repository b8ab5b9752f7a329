/** A machine that commands can be run on. Where it is makes no difference to who uses it. */

export type RunOptions = {
  stdin?: string;
  /** The command is killed after this long. Default 30 s. */
  timeoutMs?: number;
  /** Overrides the host's own setting. */
  sudo?: boolean;
  /** Kills the command when aborted. */
  signal?: AbortSignal;
  /** Standard output goes into this local file instead of memory. */
  outputFile?: string;
};

export type CommandResult = { exitCode: number; stdout: string; stderr: string; durationMs: number };

export type Host = {
  readonly name: string;
  /**
   * Runs a program with its arguments. No shell sees them, wherever it runs.
   * @returns for every exit code of the command's own
   * @throws BackoutFailure when the host can't be reached, refuses us, lacks the program, or time is up
   */
  run(argv: readonly string[], options?: RunOptions): Promise<CommandResult>;
  /** Opens what `run` needs, so that the first command is as quick as the others. */
  warm(): Promise<void>;
  close(): Promise<void>;
};

export const DEFAULT_TIMEOUT_MS = 30_000;
/** Of each of stdout and stderr, this much is kept in memory. */
export const MAX_OUTPUT_BYTES = 4_000_000;
