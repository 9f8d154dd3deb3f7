import js from '@eslint/js';
import prettier from 'eslint-config-prettier';
import importX, { createNodeResolver } from 'eslint-plugin-import-x';
import reactHooks from 'eslint-plugin-react-hooks';
import tsdoc from 'eslint-plugin-tsdoc';
import globals from 'globals';
import tseslint from 'typescript-eslint';

/**
 * Who may import whom (docs/architecture.md draws it). Every room may import `protocol`; rooms of the server side may
 * also read `config`. A room that is not listed here may import nothing of ours.
 */
const MAY_IMPORT = {
  protocol: [],
  config: [],
  cells: [],
  lab: [],
  livy: [],
  aws: [],
  spark: [],
  ipython: ['kernel/wire.ts', 'kernel/codePoints.ts', 'kernel/connection.ts'],
  session: ['livy', 'aws', 'spark', 'config'],
  control: ['aws', 'livy', 'config', 'promote', 'catalog'],
  promote: ['aws', 'livy', 'config', 'cells'],
  catalog: ['aws', 'livy', 'config'],
  magics: ['session', 'ipython', 'spark', 'control', 'promote', 'catalog', 'config', 'cells'],
  assist: ['session', 'magics', 'ipython', 'cells'],
  cli: ['control', 'promote', 'catalog', 'config'],
  local: []
};

const borders = Object.entries(MAY_IMPORT).map(([room, allowed]) => ({
  target: `./src/${room}`,
  from: './src',
  except: [...new Set([room, 'protocol', ...allowed])].map(other => `./${other}`),
  message: `src/${room} may import ${['protocol', ...allowed].join(', ')} only.`
}));
// The kernel's folder knows no AWS and no Livy; main.ts alone wires it all, the local account excepted.
borders.push({
  target: './src/kernel/!(main|engine*).ts',
  from: './src',
  except: ['./kernel', './protocol'],
  message: 'src/kernel speaks Jupyter only: the wiring belongs into main.ts.'
});
borders.push({ target: './src/!(local)/**', from: './src/local', message: 'src/local is test and demo equipment.' });

export default tseslint.config(
  {
    ignores: [
      'lib/',
      'labextension/',
      'jupyterlab_emr/',
      'dist/',
      '.cache/',
      'node_modules/',
      'coverage/',
      'ui-tests/test-results/',
      'ui-tests/playwright-report/'
    ]
  },
  js.configs.recommended,
  {
    files: ['**/*.{ts,tsx}'],
    extends: [...tseslint.configs.recommendedTypeChecked, ...tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { 'import-x': importX, tsdoc, 'react-hooks': reactHooks },
    settings: { 'import-x/resolver-next': [createNodeResolver({ extensions: ['.ts', '.tsx', '.js', '.json'] })] },
    rules: {
      'import-x/no-restricted-paths': ['error', { basePath: import.meta.dirname, zones: borders }],
      'tsdoc/syntax': 'error',
      'react-hooks/rules-of-hooks': 'error',
      'react-hooks/exhaustive-deps': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/consistent-type-definitions': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/prefer-nullish-coalescing': 'off',
      '@typescript-eslint/dot-notation': 'off',
      '@typescript-eslint/consistent-indexed-object-style': 'off',
      '@typescript-eslint/naming-convention': [
        'error',
        { selector: 'interface', format: ['PascalCase'], custom: { regex: '^I[A-Z]', match: true } }
      ],
      'max-lines': ['error', { max: 600 }]
    }
  },
  {
    // What is AGPL may stand beside the project as a tool of its specs; what is bundled into the wheel may not hold it.
    files: ['src/**'],
    ignores: ['**/__tests__/**'],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              group: ['@cloud-copilot/iam-simulate', '@cloud-copilot/iam-policy', '@cloud-copilot/iam-utils'],
              message: 'It is AGPL-3.0: specs only, never what is shipped.'
            }
          ]
        }
      ]
    }
  },
  {
    files: ['**/__tests__/**', 'ui-tests/**'],
    rules: {
      '@typescript-eslint/unbound-method': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off'
    }
  },
  { files: ['**/*.{mjs,cjs,js}'], languageOptions: { globals: { ...globals.node } } },
  { files: ['style/**/*.js'], languageOptions: { globals: { ...globals.browser } } },
  prettier
);
