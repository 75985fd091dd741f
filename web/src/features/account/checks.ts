import { looksLikeEmail } from '~/lib/email';
import type { Message } from '~/lib/i18n/messages';
import { m } from './messages';

/** What can be said without asking the server; it has the last word (proto/plenary/identity). */
const PASSWORD_MIN = 10;
const PASSWORD_MAX = 200;
const NAME_MAX = 80;

export function checkEmail(email: string): Message | undefined {
  if (!email.trim()) return m.emailMissing;
  return looksLikeEmail(email.trim()) ? undefined : m.emailWrong;
}

/** Of a new password; counts characters as people do, not code units. */
export function checkNewPassword(password: string): Message | undefined {
  const length = [...password].length;
  if (length === 0) return m.passwordMissing;
  if (length < PASSWORD_MIN) return m.passwordShort;
  return length > PASSWORD_MAX ? m.passwordLong : undefined;
}

export function checkName(name: string): Message | undefined {
  if (!name.trim()) return m.nameMissing;
  return [...name.trim()].length > NAME_MAX ? m.nameLong : undefined;
}
