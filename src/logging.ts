/** Structured logs: one JSON line each, with the workflow and activity that it belongs to. */
import { pino } from 'pino';
import type { Logger as PinoLogger } from 'pino';
import type { Logger as TemporalLogger, LogLevel, LogMetadata } from '@temporalio/worker';

export type Level = 'debug' | 'info' | 'warn' | 'error';

/** Never printed, wherever in a log line they stand. */
const REDACTED = ['*.authorization', '*.password', '*.token', '*.apiKey', 'apiKey', '*.webhook'];

export function createLogger(level: Level, destination: NodeJS.WritableStream = process.stderr): PinoLogger {
  return pino(
    { level, base: null, redact: REDACTED, timestamp: pino.stdTimeFunctions.isoTime },
    destination as never,
  );
}

/** The SDK's and the workflows' own log lines through the same logger, with their ids as fields. */
export function temporalLogger(logger: PinoLogger): TemporalLogger {
  const at = (level: LogLevel, message: string, fields: LogMetadata = {}) => {
    const { timestampNanos: _dropped, ...rest } = fields as Record<string, unknown>;
    logger[pinoLevel(level)](rest, message);
  };
  return {
    log: at,
    trace: (message, fields) => at('TRACE', message, fields),
    debug: (message, fields) => at('DEBUG', message, fields),
    info: (message, fields) => at('INFO', message, fields),
    warn: (message, fields) => at('WARN', message, fields),
    error: (message, fields) => at('ERROR', message, fields),
  };
}

function pinoLevel(level: LogLevel): 'trace' | 'debug' | 'info' | 'warn' | 'error' {
  switch (level) {
    case 'TRACE':
      return 'trace';
    case 'DEBUG':
      return 'debug';
    case 'INFO':
      return 'info';
    case 'WARN':
      return 'warn';
    case 'ERROR':
      return 'error';
  }
}
