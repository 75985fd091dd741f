import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import {
  ConnectionEvidence,
  ConnectionSchema,
  ConnectionSeverity,
  ConnectionVerdict,
} from '~/gen/plenary/live/v1/connection_pb';
import { englishFor } from '~/lib/i18n/locale';
import { type Translate, translate } from '~/lib/i18n/text';
import { reasonAfter, reasonNow, toneOf } from './words';

const locale = englishFor(['en-GB']);
const say: Translate = (message, values) => translate(locale, message, values);
const connection = (init: MessageInitShape<typeof ConnectionSchema>) =>
  create(ConnectionSchema, init);

describe('a connection in words', () => {
  it('says what is wrong, the weightiest first, and what helps', () => {
    const lossy = connection({
      verdict: ConnectionVerdict.LAST_MILE,
      severity: ConnectionSeverity.HURTS,
      evidence: [
        ConnectionEvidence.HELD_BACK,
        ConnectionEvidence.LOSS_DOWN,
        ConnectionEvidence.ROUND_TRIP,
      ],
      sample: { lossDownPermille: 183, roundTripMs: 450, picturesHeldBack: 2 },
    });
    expect(reasonNow(lossy, say)).toBe(
      '2 pictures are held back, it does not fit through; 18.3 % of what we send them is lost; ' +
        'a round trip takes 450 ms. A cable or a place nearer to the router helps; so does watching without video.',
    );
    expect(toneOf(lossy)).toBe('danger');
  });

  it('has words for every evidence and every verdict', () => {
    const numbers = (of: object) =>
      Object.values(of).filter((one): one is number => typeof one === 'number' && one > 0);
    for (const verdict of numbers(ConnectionVerdict)) {
      for (const evidence of numbers(ConnectionEvidence)) {
        const words = reasonNow(connection({ verdict, evidence: [evidence], sample: {} }), say);
        expect(words).toMatch(/^[A-Z0-9].*\.$/);
        expect(words).not.toContain('undefined');
      }
    }
  });

  it('says of a stay that is over whose side it was, and for how long', () => {
    const stay = connection({
      verdict: ConnectionVerdict.COMPUTER,
      totals: { fineS: 1_700, computerS: 95, lastMileS: 5 },
    });
    expect(reasonAfter(stay, say)).toBe('Their computer for 95 seconds of 30 minutes.');
    const fine = connection({ verdict: ConnectionVerdict.FINE, totals: { fineS: 60 } });
    expect(reasonAfter(fine, say)).toBe('Nothing was in the way for long.');
  });
});
