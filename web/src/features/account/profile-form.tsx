import { useMutation } from '@connectrpc/connect-query';
import { type Profile, ProfileService } from '~/gen/plenary/identity/v1/profile_service_pb';
import { type Form, useForm } from '~/lib/form';
import { useText } from '~/lib/i18n/text';
import { useRequestIdFor } from '~/lib/request-id';
import { placeOfZone, viewerZone } from '~/lib/time';
import { Button } from '~/ui/button';
import { Card } from '~/ui/card';
import { Checkbox } from '~/ui/choice';
import { Combobox } from '~/ui/combobox';
import { Field, FieldGroup } from '~/ui/field';
import { Select, TextArea, TextInput } from '~/ui/input';
import { Stack } from '~/ui/layout';
import { FormProblem } from '~/ui/states';
import { showToast } from '~/ui/toast';
import { checkName } from './checks';
import { InterestsField } from './interests-field';
import { m } from './messages';
import { useChecks } from './use-checks';
import { useProfileChanged } from './use-profile-changed';

interface ProfileValues {
  displayName: string;
  about: string;
  interests: string[];
  timeZone: string;
  language: string;
  eventReminders: boolean;
  organizerNews: boolean;
}

const ABOUT_MAX = 280;
/** What dates can be written like; each names itself. */
const LANGUAGES = ['en-GB', 'en-US', 'en-IE', 'en-AU', 'en-CA', 'en-IN'];

function valuesOf(profile: Profile): ProfileValues {
  return {
    displayName: profile.user?.displayName ?? '',
    about: profile.about,
    interests: profile.interests,
    timeZone: profile.timeZone,
    language: profile.language,
    eventReminders: profile.notifications?.eventReminders ?? false,
    organizerNews: profile.notifications?.organizerNews ?? false,
  };
}

/** The profile as the server takes it. */
function commandOf(values: ProfileValues, etag: string) {
  return {
    profile: {
      user: { displayName: values.displayName.trim() },
      about: values.about.trim(),
      interests: values.interests,
      timeZone: values.timeZone,
      language: values.language,
      notifications: {
        eventReminders: values.eventReminders,
        organizerNews: values.organizerNews,
      },
      etag,
    },
    updateMask: {
      paths: ['user.display_name', 'about', 'interests', 'time_zone', 'language', 'notifications'],
    },
  };
}

export function ProfileForm({ profile }: { profile: Profile }) {
  const t = useText();
  const checks = useChecks();
  const changed = useProfileChanged();
  const requestIdFor = useRequestIdFor();
  const update = useMutation(ProfileService.method.updateMyProfile);
  const form = useForm<ProfileValues>({
    initial: valuesOf(profile),
    validate: ({ displayName, about }) =>
      checks({
        displayName: checkName(displayName),
        about: [...about.trim()].length > ABOUT_MAX ? m.aboutLong : undefined,
      }),
    submit: async (values) => {
      const command = commandOf(values, profile.etag);
      const saved = await update.mutateAsync({ ...command, requestId: requestIdFor(command) });
      if (saved.profile) form.reset(valuesOf(saved.profile));
      await changed();
      showToast(t(m.saved), { tone: 'success' });
    },
  });
  return (
    <form {...form.props}>
      <Stack gap={8}>
        <Card as="section" aria-labelledby="about-you">
          <Stack gap={6}>
            <h2 id="about-you">{t(m.aboutYou)}</h2>
            <AboutFields form={form} />
          </Stack>
        </Card>
        <Card as="section" aria-labelledby="region">
          <Stack gap={6}>
            <h2 id="region">{t(m.region)}</h2>
            <RegionFields form={form} />
          </Stack>
        </Card>
        <Card as="section">
          <MailFields form={form} />
        </Card>
        <FormProblem problem={form.problem} />
        <div>
          <Button type="submit" tone="primary" busy={form.submitting}>
            {t(m.save)}
          </Button>
        </div>
      </Stack>
    </form>
  );
}

interface Fields {
  form: Form<ProfileValues>;
}

function AboutFields({ form }: Fields) {
  const t = useText();
  const left = Math.max(0, ABOUT_MAX - [...form.values.about].length);
  return (
    <>
      <Field label={t(m.name)} hint={t(m.nameHint)} error={form.errors.displayName}>
        <TextInput autoComplete="name" {...form.text('displayName')} />
      </Field>
      <Field label={t(m.about)} hint={t(m.aboutHint, { left })} error={form.errors.about} optional>
        <TextArea rows={3} {...form.text('about')} />
      </Field>
      <InterestsField
        value={form.values.interests}
        error={form.errors.interests}
        onChange={(interests) => form.set('interests', interests)}
      />
    </>
  );
}

function RegionFields({ form }: Fields) {
  const t = useText();
  const here = viewerZone();
  const zones = [
    { value: '', label: t(m.zoneFollow, { zone: placeOfZone(here) }) },
    ...Intl.supportedValuesOf('timeZone').map((zone) => ({
      value: zone,
      label: zone.includes('/') ? `${placeOfZone(zone)} (${zone.split('/')[0]})` : zone,
    })),
  ];
  const names = new Intl.DisplayNames(['en'], { type: 'language' });
  // A language that was chosen elsewhere stays, though this page does not offer it.
  const languages = new Set([
    ...LANGUAGES,
    ...(form.values.language ? [form.values.language] : []),
  ]);
  return (
    <>
      <Field label={t(m.zone)} hint={t(m.zoneHint)} error={form.errors.timeZone}>
        <Combobox
          value={form.values.timeZone}
          options={zones}
          onChange={(zone) => form.set('timeZone', zone)}
        />
      </Field>
      <Field label={t(m.language)} hint={t(m.languageHint)} error={form.errors.language}>
        <Select {...form.text('language')}>
          <option value="">{t(m.languageFollow)}</option>
          {[...languages].map((tag) => (
            <option key={tag} value={tag}>
              {names.of(tag) ?? tag}
            </option>
          ))}
        </Select>
      </Field>
    </>
  );
}

function MailFields({ form }: Fields) {
  const t = useText();
  return (
    <FieldGroup legend={t(m.mails)} hint={t(m.mailsHint)}>
      <Checkbox
        label={t(m.reminders)}
        checked={form.values.eventReminders}
        onChange={(on) => form.set('eventReminders', on)}
      />
      <Checkbox
        label={t(m.news)}
        checked={form.values.organizerNews}
        onChange={(on) => form.set('organizerNews', on)}
      />
    </FieldGroup>
  );
}
