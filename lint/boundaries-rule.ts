/** The ESLint rule that reports an import across a boundary, where it is written. */
import { relative, sep } from 'node:path';
import type { Rule } from 'eslint';
import { forbidden } from './boundaries.ts';

type Source = { type: string; value?: unknown };
type WithSource = { source?: Source | null; importKind?: string; exportKind?: string; arguments?: Source[] };

export const boundariesRule: Rule.RuleModule = {
  meta: { type: 'problem', schema: [], docs: { description: 'Folders import only what they may.' } },
  create(context) {
    const file = relative(context.cwd, context.filename).split(sep).join('/');
    const check = (node: Rule.Node, from: Source | null | undefined, typeOnly: boolean) => {
      if (typeof from?.value !== 'string') return;
      const message = forbidden(file, { from: from.value, typeOnly });
      if (message !== null) context.report({ node, message });
    };
    const declaration = (node: Rule.Node) => {
      const { source, importKind, exportKind } = node as WithSource;
      check(node, source, importKind === 'type' || exportKind === 'type');
    };
    return {
      ImportDeclaration: declaration,
      ExportNamedDeclaration: declaration,
      ExportAllDeclaration: declaration,
      ImportExpression: (node) => check(node, (node as WithSource).source, false),
      TSImportType: (node: Rule.Node) => check(node, (node as WithSource).source, true),
      'CallExpression[callee.name="require"]': (node: Rule.Node) =>
        check(node, (node as WithSource).arguments?.[0], false),
    };
  },
};
