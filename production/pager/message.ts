/** An alert as Alertmanager sends it, https://prometheus.io/docs/alerting/latest/configuration/#webhook_config. */
export interface Alert {
  readonly status: Status;
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly startsAt: Date;
  /** When it ended; of one that is firing, nothing that can be relied on. */
  readonly endsAt: Date;
  readonly fingerprint: string;
}

/** One message of Alertmanager: a group of alerts, some firing, some resolved. */
export interface Message {
  /** Resolved once all of its alerts are. */
  readonly status: Status;
  readonly receiver: string;
  readonly groupKey: string;
  readonly groupLabels: Labels;
  readonly alerts: readonly Alert[];
  /** How many more alerts Alertmanager has left out. */
  readonly truncatedAlerts: number;
}

export type Status = 'firing' | 'resolved';
export type Labels = Readonly<Record<string, string>>;

/** What was sent is no message of Alertmanager; the text says where it differs. */
export class NoMessage extends Error {
  override readonly name = 'NoMessage';
}

/**
 * Reads the body of a webhook, version 4.
 * @throws {NoMessage} if it is anything else
 */
export function parseMessage(body: string): Message {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    throw new NoMessage('The body is no JSON.');
  }
  const fields = object(json, 'The body');
  if (fields.version !== '4') throw new NoMessage('version is not "4".');
  if (!Array.isArray(fields.alerts) || fields.alerts.length === 0) {
    throw new NoMessage('alerts is no list with an alert in it.');
  }
  const truncated = fields.truncatedAlerts ?? 0;
  if (!Number.isInteger(truncated)) throw new NoMessage('truncatedAlerts is no whole number.');
  return {
    status: status(fields.status, 'status'),
    receiver: text(fields.receiver, 'receiver'),
    groupKey: text(fields.groupKey, 'groupKey'),
    groupLabels: labels(fields.groupLabels, 'groupLabels'),
    alerts: fields.alerts.map((one, index) => alert(one, `alerts[${index}]`)),
    truncatedAlerts: truncated as number,
  };
}

function alert(value: unknown, where: string): Alert {
  const fields = object(value, where);
  return {
    status: status(fields.status, `${where}.status`),
    labels: labels(fields.labels, `${where}.labels`),
    annotations: labels(fields.annotations, `${where}.annotations`),
    startsAt: date(fields.startsAt, `${where}.startsAt`),
    endsAt: date(fields.endsAt, `${where}.endsAt`),
    fingerprint: text(fields.fingerprint, `${where}.fingerprint`),
  };
}

function object(value: unknown, where: string): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  throw new NoMessage(`${where} is no object.`);
}

function text(value: unknown, where: string): string {
  if (typeof value === 'string') return value;
  throw new NoMessage(`${where} is no text.`);
}

function status(value: unknown, where: string): Status {
  if (value === 'firing' || value === 'resolved') return value;
  throw new NoMessage(`${where} is neither "firing" nor "resolved".`);
}

function labels(value: unknown, where: string): Labels {
  const fields = object(value, where);
  for (const [name, one] of Object.entries(fields)) text(one, `${where}.${name}`);
  return fields as Labels;
}

function date(value: unknown, where: string): Date {
  const found = new Date(text(value, where));
  if (!Number.isNaN(found.getTime())) return found;
  throw new NoMessage(`${where} is no time.`);
}
