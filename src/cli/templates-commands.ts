/** The commands about templates of messages: with their arguments, and nothing else. */
import type { Command } from 'commander';
import type { Io } from './io.ts';
import { environment, json } from './options.ts';
import type { Action } from './options.ts';

const MESSAGE = ['<message>', 'as `backout templates list` names it'] as const;

export function templatesCommands(program: Command, io: Io, action: Action): void {
  const templates = program
    .command('templates')
    .description('messages in your own words: which there are, what they can say, how they look');

  templates
    .command('list')
    .description('every message, and which of them a template writes')
    .option(...json())
    .action(
      action<import('./commands/templates.ts').TemplatesOptions>(async (options) => {
        const { listTemplates } = await import('./commands/templates.ts');
        return await listTemplates(options, io);
      }),
    );

  templates
    .command('show')
    .argument(...MESSAGE)
    .description('the fields that the template of a message can use, each with an example')
    .option(...json())
    .action(
      action<import('./commands/templates.ts').TemplatesOptions>(async (options, message = '') => {
        const { showTemplate } = await import('./commands/templates.ts');
        return showTemplate({ ...options, message }, io);
      }),
    );

  templates
    .command('preview')
    .argument(...MESSAGE)
    .description('a message as it would be sent about a rollback that never was; sends nothing')
    .option('--service <name>', 'about this service (default: one of no configuration)')
    .option(...environment())
    .option(...json())
    .action(
      action<import('./commands/templates.ts').PreviewOptions>(async (options, message = '') => {
        const { previewTemplate } = await import('./commands/templates.ts');
        return await previewTemplate({ ...options, message }, io);
      }),
    );
}
