import { constants, createContext } from 'node:vm';
import { TestEnvironment } from 'jest-environment-node';

/** What every context has of its own, and tests have from Node all the same, as in Jest's environment. */
const SHARED = ['Buffer', 'ArrayBuffer', 'Uint8Array'];

/**
 * Jest's environment for Node with an ordinary global object. In Jest's own, each use of a global name, such as Object or
 * JSON, calls an interceptor and a proxy. That took a tenth of the CPU of tests.
 */
export default class PlainEnvironment extends TestEnvironment {
  constructor(config, context) {
    super(config, context);
    const own = this.global;
    const plain = createContext(constants.DONT_CONTEXTIFY);
    for (const name of Reflect.ownKeys(own).filter((name) => !(name in plain) || SHARED.includes(name))) {
      Object.defineProperty(plain, name, forwarded(own, plain, name));
    }
    plain.global = plain;
    plain.Error.stackTraceLimit = own.Error.stackTraceLimit;
    plain.Symbol.dispose ??= own.Symbol.dispose;
    plain.Symbol.asyncDispose ??= own.Symbol.asyncDispose;
    this.context = plain;
    this.global = plain;
    const { projectConfig } = config;
    this.moduleMocker = new this.moduleMocker.constructor(plain);
    this.fakeTimersModern = new this.fakeTimersModern.constructor({ config: projectConfig, global: plain });
  }
}

/** The same property, whose value is fetched when it is first used: Node loads modules for some. */
function forwarded(own, plain, name) {
  const { configurable, enumerable, get, ...rest } = Object.getOwnPropertyDescriptor(own, name);
  if (get === undefined) return { configurable, enumerable, ...rest };
  const set = (value) => Object.defineProperty(plain, name, { configurable, enumerable, value, writable: true });
  return { configurable, enumerable, get: () => set(own[name])[name], set };
}
