/** The private PostgreSQL that tests run against. */
import { startPrivatePostgres } from '../../scripts/demo/postgres.ts';
import type { PrivatePostgres } from '../../scripts/demo/postgres.ts';

export { connection } from '../../scripts/demo/postgres.ts';
export type TestPostgres = PrivatePostgres;
/** All that is needed to fill a server and to look into it, wherever it runs. */
export type SqlServer = Pick<TestPostgres, 'program' | 'sql'>;

/** Durability is off: the tests kill processes, not machines. */
const CONFIGURATION = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  wal_level: 'logical',
  max_wal_senders: '4',
  max_replication_slots: '4',
  max_prepared_transactions: '4',
  max_connections: '60',
  shared_buffers: '32MB',
  log_min_messages: 'warning',
};

/** `configuration` is added to postgresql.conf's settings. */
export async function startPostgres(configuration: Record<string, string> = {}): Promise<TestPostgres> {
  return await startPrivatePostgres({ ...CONFIGURATION, ...configuration });
}
