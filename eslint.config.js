/** What the compiler does not see: promises nobody waits for, unsafe types, and imports across boundaries. */
import js from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import { tsImport } from 'tsx/esm/api';
import typescript from 'typescript-eslint';

const { boundariesRule } = await tsImport('./lint/boundaries-rule.ts', import.meta.url);

const NODE_GLOBALS = [
  'process',
  'console',
  'URL',
  'performance',
  'Buffer',
  'setTimeout',
  'clearTimeout',
  'fetch',
];

export default defineConfig(
  globalIgnores(['dist', '.dist-*', 'coverage', 'incidents', 'test/histories']),
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [typescript.configs.recommendedTypeChecked],
    plugins: { backout: { rules: { boundaries: boundariesRule } } },
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      'backout/boundaries': 'error',
      'max-params': ['error', 3],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
      // Interfaces are written with method shorthand, and nothing here uses `this` outside of a class.
      '@typescript-eslint/unbound-method': 'off',
      // `return await` keeps the caller in the stack, which is what one reads at night.
      '@typescript-eslint/return-await': ['error', 'error-handling-correctness-only'],
      // What was caught may be thrown on, whatever it is.
      '@typescript-eslint/only-throw-error': ['error', { allowThrowingUnknown: true, allowRethrowing: true }],
      // Implementations of an interface may have nothing to wait for.
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
    },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      // expect.any() and its like are of type any.
      '@typescript-eslint/no-unsafe-assignment': 'off',
      // A table of cases hands each column over as a parameter.
      'max-params': 'off',
      // Colours of a terminal are looked for.
      'no-control-regex': 'off',
    },
  },
  {
    files: ['**/*.{js,mjs}'],
    languageOptions: { globals: Object.fromEntries(NODE_GLOBALS.map((name) => [name, 'readonly'])) },
  },
);
