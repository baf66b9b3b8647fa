// Reads one iCalendar object from standard input the strict way and prints what a calendar would show of it as JSON;
// exits with 1 and says why if the text is not RFC 5545's.
import { readFileSync } from 'node:fs';
import ICAL from 'ical.js';

const bytes = readFileSync(0);
const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);

function refuse(why) {
  console.error(why);
  process.exit(1);
}

const lines = text.split('\r\n');
if (lines.pop() !== '') refuse('the last line does not end in CRLF');
for (const line of lines) {
  if (/[\r\n]/.test(line)) refuse('a line ends in CR or LF alone');
  if (Buffer.byteLength(line) > 75) refuse(`a line is longer than 75 octets: ${line}`);
  if (/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/.test(line)) refuse(`a control character: ${JSON.stringify(line)}`);
}

for (const line of text.replaceAll('\r\n ', '').split('\r\n')) {
  const moment = /^(DTSTART|DTEND|DTSTAMP|CREATED|LAST-MODIFIED)[:;]/.test(line);
  if (moment && !/^[A-Z-]+:\d{8}T\d{6}Z$/.test(line)) refuse(`not a moment in UTC: ${line}`);
}

ICAL.design.strict = true;
try {
  const calendar = new ICAL.Component(ICAL.parse(text));
  const [component, ...others] = calendar.getAllSubcomponents('vevent');
  if (!component || others.length) refuse('there is not exactly one VEVENT');
  const event = new ICAL.Event(component, { strictExceptions: true });
  const sequence = component.getAllProperties('sequence');
  if (sequence.length !== 1) refuse('there is not exactly one SEQUENCE');
  console.log(
    JSON.stringify({
      method: calendar.getFirstPropertyValue('method'),
      uid: event.uid,
      sequence: event.sequence,
      summary: event.summary,
      location: event.location,
      description: event.description,
      start: event.startDate.toJSDate().toISOString(),
      end: event.endDate.toJSDate().toISOString(),
      organizer: event.organizer,
      attendees: event.attendees.map((attendee) => [
        attendee.getFirstValue(),
        attendee.getFirstParameter('cn') ?? '',
        attendee.getFirstParameter('partstat'),
      ]),
    }),
  );
} catch (error) {
  refuse(error.message);
}
