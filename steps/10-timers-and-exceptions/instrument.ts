import type { Counter, Gauge, Histogram, Summary } from 'prom-client';

type AnyFunction = (this: any, ...args: any[]) => unknown;

/**
 * Times each call of `fn`, in seconds, up to its answer or exception. Gives back a function with
 * the signature of `fn`, like `time()` of Python's client.
 */
export function timed<Fn extends AnyFunction>(
  metric: Pick<Histogram | Summary, 'startTimer'>,
  fn: Fn,
): Fn {
  return around(fn, () => {
    const stopTimer = metric.startTimer();
    return () => void stopTimer();
  });
}

/**
 * Counts the exceptions that leave `fn`, which go on to the caller. Gives back a function with the
 * signature of `fn`, like `count_exceptions()` of Python's client.
 */
export function countExceptions<Fn extends AnyFunction>(counter: Pick<Counter, 'inc'>, fn: Fn): Fn {
  return around(fn, () => (threw) => {
    if (threw) counter.inc();
  });
}

/**
 * Shows how many calls of `fn` are under way. Gives back a function with the signature of `fn`,
 * like `track_inprogress()` of Python's client.
 */
export function trackInProgress<Fn extends AnyFunction>(
  gauge: Pick<Gauge, 'inc' | 'dec'>,
  fn: Fn,
): Fn {
  return around(fn, () => {
    gauge.inc();
    return () => gauge.dec();
  });
}

/** Runs `begin` before each call of `fn`, and what it returns once the call has ended. */
function around<Fn extends AnyFunction>(fn: Fn, begin: () => (threw: boolean) => void): Fn {
  function wrapped(this: unknown, ...args: unknown[]): unknown {
    const end = begin();
    try {
      const result = fn.apply(this, args);
      if (result instanceof Promise) {
        result.then(
          () => end(false),
          () => end(true),
        );
      } else {
        end(false);
      }
      return result;
    } catch (error) {
      end(true);
      throw error;
    }
  }
  // It bears the name and the properties of `fn`, as with Python's functools.wraps().
  return Object.defineProperties(wrapped as Fn, Object.getOwnPropertyDescriptors(fn));
}
