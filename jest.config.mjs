const swc = {
  '^.+\\.(t|j)sx?$': [
    '@swc/jest',
    {
      jsc: {
        parser: { syntax: 'typescript', tsx: true },
        target: 'es2022',
        transform: { react: { runtime: 'classic' } }
      },
      module: { type: 'commonjs' }
    }
  ]
};
// The front end's libraries ship ES modules; jest runs CommonJS, so they are transformed like our own code.
const ESM =
  '/node_modules/(?!(@jupyter|@jupyterlab|@jupyter-widgets|@lumino|@rjsf|lib0|y-protocols|y-websocket|yjs|nanoid|vscode-ws-jsonrpc|@codemirror|@lezer|style-mod|crelt|w3c-keyname|lodash-es|@microsoft|exenv-es6|marked)[^/]*/)';

export default {
  projects: [
    {
      displayName: 'node',
      cacheDirectory: '<rootDir>/.cache/jest',
      testEnvironment: 'node',
      roots: ['<rootDir>/src'],
      testMatch: ['<rootDir>/src/!(lab)/**/__tests__/**/*.spec.ts', '<rootDir>/src/!(lab)/__tests__/**/*.spec.ts'],
      transform: { ...swc, '\\.yaml$': '<rootDir>/scripts/jestText.mjs' },
      transformIgnorePatterns: ['/node_modules/(?!(?:shlex|dt-sql-parser|antlr4ng|antlr4-c3|fast-check|pure-rand)/)']
    },
    {
      displayName: 'lab',
      cacheDirectory: '<rootDir>/.cache/jest',
      testEnvironment: 'jsdom',
      roots: ['<rootDir>/src/lab'],
      testMatch: ['<rootDir>/src/lab/**/__tests__/**/*.spec.{ts,tsx}'],
      transform: swc,
      transformIgnorePatterns: [ESM],
      setupFiles: ['<rootDir>/src/lab/__tests__/setup.ts'],
      moduleNameMapper: { '\\.(css|svg|raw\\.css)$': '<rootDir>/src/lab/__tests__/asset.ts' }
    }
  ]
};
