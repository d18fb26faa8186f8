export default {
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '\\.ts$': ['@swc/jest', { jsc: { parser: { syntax: 'typescript' }, target: 'es2023' }, module: { type: 'es6' } }],
  },
  testEnvironment: '<rootDir>/test/support/environment.mjs',
  setupFiles: ['<rootDir>/test/support/seed.ts'],
  reporters: ['default', '<rootDir>/test/support/reporter.mjs'],
  globalSetup: '<rootDir>/test/support/setup.ts',
  globalTeardown: '<rootDir>/test/support/teardown.ts',
  testSequencer: '<rootDir>/test/support/order.mjs',
  // Jest leaves one core idle by default; of two that is half the machine.
  maxWorkers: '100%',
  testTimeout: 240_000,
};
