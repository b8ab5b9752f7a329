/** Whether the settings under `migrations` fit those around them. */
import { DEFAULT_TABLES } from '../domain/migrations/settings.ts';
import type { BackoutFile } from './schema.ts';
import type { Problem } from './problems.ts';

/** A table is read through `database`: without that, nothing could tell what is applied. */
export function unreadableMigrations({ services }: Pick<BackoutFile, 'services'>): Problem[] {
  return Object.entries(services).flatMap(([service, { environments }]) =>
    Object.entries(environments).flatMap(([environment, { migrations, database }]) => {
      if (migrations === undefined || migrations.applied !== undefined || database !== undefined) return [];
      const table = migrations.table ?? DEFAULT_TABLES[migrations.tool] ?? 'its table';
      return [
        {
          path: ['services', service, 'environments', environment, 'migrations', 'tool'],
          message: `what is applied is read from ${table} through \`database\`, which is not configured; add it, or say \`applied\``,
        },
      ];
    }),
  );
}
