import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { OUTCOMES, type Outcome } from './door.ts';
import type { PlannedChapter } from './names.ts';
import type { How, Room } from './room.ts';

const HOWS: readonly How[] = ['solved', 'shown'];

/** Chapters take from some minutes to an hour, in seconds. */
const BUCKETS = [2, 5, 8, 10, 12, 15, 20, 25, 30, 40, 60, 90].map((minutes) => minutes * 60);

/** The class's metrics. No learner's name is a label: a room has no ranking. */
export interface ClassMetrics {
  readonly registry: Registry;
  readonly count: (outcome: Outcome) => void;
}

/** Reads the room at each scrape: there is no second copy of its state that could be wrong. */
export function createMetrics(
  room: Room,
  chapters: readonly PlannedChapter[],
  hints: ReadonlyMap<string, string>,
): ClassMetrics {
  const registry = new Registry();
  const add = (metric: Gauge<string> | Histogram<string>) => registry.registerMetric(metric);
  const registers: Registry[] = [];
  add(
    new Gauge({
      name: 'class_learners',
      help: 'Learners who have joined the board',
      registers,
      collect() {
        this.set(room.learners.length);
      },
    }),
  );
  add(
    new Gauge({
      name: 'class_raised_hands',
      help: 'Learners whose hand is up',
      registers,
      collect() {
        this.set(room.learners.filter(({ handSince }) => handSince !== undefined).length);
      },
    }),
  );
  add(
    new Gauge({
      name: 'class_learners_on_hint',
      help: 'Learners whose last check or answer showed this hint',
      labelNames: ['about', 'name', 'hint', 'says'],
      registers,
      collect() {
        this.reset();
        for (const { hint } of room.learners) {
          if (!hint) continue;
          const { about, at: name, id } = hint;
          this.inc({ about, name, hint: id, says: hints.get(id) ?? '' });
        }
      },
    }),
  );
  add(
    new Gauge({
      name: 'class_learners_passed',
      help: 'Learners who have passed this chapter, by themselves or shown its end',
      labelNames: ['chapter', 'how'],
      registers,
      collect() {
        for (const { name: chapter } of chapters) {
          for (const how of HOWS) {
            const passed = room.learners.filter((one) => one.chapters.get(chapter)?.how === how);
            this.set({ chapter, how }, passed.length);
          }
        }
      },
    }),
  );
  add(
    new Gauge({
      name: 'class_chapter_planned_seconds',
      help: 'What the timetable gives this chapter',
      labelNames: ['chapter'],
      registers,
      collect() {
        for (const { name: chapter, plannedMinutes } of chapters) {
          if (plannedMinutes !== undefined) this.set({ chapter }, plannedMinutes * 60);
        }
      },
    }),
  );
  add(
    new Histogram({
      name: 'class_chapter_duration_seconds',
      help: 'What this chapter took those who have passed it by themselves',
      labelNames: ['chapter'],
      buckets: BUCKETS,
      registers,
      // Whoever leaves takes what it has told along, so this is counted anew.
      collect() {
        this.reset();
        for (const learner of room.learners) {
          for (const [chapter, { seconds }] of learner.chapters) {
            if (seconds !== undefined) this.observe({ chapter }, seconds);
          }
        }
      },
    }),
  );
  add(
    new Gauge({
      name: 'class_learners_answered',
      help: 'Learners who have answered this question, by themselves or shown its solution',
      labelNames: ['ask', 'how'],
      registers,
      collect() {
        this.reset();
        for (const { asks } of room.learners) for (const [ask, how] of asks) this.inc({ ask, how });
      },
    }),
  );
  add(
    new Gauge({
      name: 'class_learners_diagnosed',
      help: 'Learners who have found this incident, by themselves or shown what it is',
      labelNames: ['incident', 'how'],
      registers,
      collect() {
        this.reset();
        for (const { incidents } of room.learners) {
          for (const [incident, how] of incidents) this.inc({ incident, how });
        }
      },
    }),
  );
  const messages = new Counter({
    name: 'class_door_messages_total',
    help: 'Messages that were taken, and what was refused',
    labelNames: ['outcome'],
    registers: [registry],
  });
  for (const outcome of OUTCOMES) messages.inc({ outcome }, 0);
  return { registry, count: (outcome) => messages.inc({ outcome }) };
}
