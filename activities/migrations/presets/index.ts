/** The presets by the names that people write. */
import type { MigrationSettings } from '../../../src/domain/migrations/settings.ts';
import type { Preset } from '../preset.ts';
import { alembic } from './alembic.ts';
import { django } from './django.ts';
import { flyway } from './flyway.ts';
import { golangMigrate } from './golang-migrate.ts';
import { knex } from './knex.ts';
import { nodePgMigrate } from './node-pg-migrate.ts';
import { lines, table } from './others.ts';
import { prisma } from './prisma.ts';

export function presetOf(settings: MigrationSettings): Preset {
  switch (settings.tool) {
    case 'node-pg-migrate':
      return nodePgMigrate;
    case 'knex':
      return knex;
    case 'prisma':
      return prisma;
    case 'django':
      return django;
    case 'alembic':
      return alembic;
    case 'flyway':
      return flyway;
    case 'golang-migrate':
      return golangMigrate;
    case 'table':
      return table(settings);
    case 'lines':
      return lines;
  }
}
