// How the library speaks to its caller. The command line prints these lines; a service logs them.

export interface Log {
  /** Something the user should know though all goes on. */
  notice(message: string): void;
}

export const silentLog: Log = { notice: () => undefined };
