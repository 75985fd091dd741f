import { useMutation } from '@connectrpc/connect-query';
import { useEffect, useState } from 'react';
import { type Profile, ProfileService } from '~/gen/plenary/identity/v1/profile_service_pb';
import { useText } from '~/lib/i18n/text';
import { imageUrl } from '~/lib/images';
import { toProblem } from '~/lib/problem/problem';
import { Avatar } from '~/ui/avatar';
import { Button } from '~/ui/button';
import { Card } from '~/ui/card';
import { Field } from '~/ui/field';
import { FileDrop } from '~/ui/file-drop';
import { Stack } from '~/ui/layout';
import { Progress } from '~/ui/progress';
import { showToast } from '~/ui/toast';
import { m } from './messages';
import { useProfileChanged } from './use-profile-changed';

const KINDS = ['image/png', 'image/jpeg', 'image/webp'];
const LIMIT_BYTES = 4 * 1024 * 1024;

/** Shows a chosen file before the server has it, and lets go of it afterwards. */
function usePreview(): [string | undefined, (file: File | undefined) => void] {
  const [file, setFile] = useState<File>();
  const [address, setAddress] = useState<string>();
  useEffect(() => {
    if (!file) return setAddress(undefined);
    const url = URL.createObjectURL(file);
    setAddress(url);
    return () => URL.revokeObjectURL(url);
  }, [file]);
  return [address, setFile];
}

/** One's picture: seen the moment it is chosen, saved at once. */
export function PictureSection({ profile }: { profile: Profile }) {
  const t = useText();
  const changed = useProfileChanged();
  const [preview, setPreview] = usePreview();
  const [error, setError] = useState<string>();
  const upload = useMutation(ProfileService.method.uploadProfilePicture);
  const remove = useMutation(ProfileService.method.deleteProfilePicture);

  const run = async (work: () => Promise<unknown>, done: string) => {
    setError(undefined);
    try {
      await work();
      await changed();
      showToast(done, { tone: 'success' });
    } catch (refusal) {
      setError(t(toProblem(refusal).title));
    } finally {
      setPreview(undefined);
    }
  };
  const take = (file: File) => {
    setPreview(file);
    void run(async () => {
      const content = new Uint8Array(await file.arrayBuffer());
      await upload.mutateAsync({ content });
    }, t(m.pictureSaved));
  };
  const name = profile.user?.displayName ?? '';
  const picture = imageUrl('profile', profile.user?.picture?.id);
  return (
    <Card>
      <Stack gap={3}>
        <Field label={t(m.picture)} hint={t(m.pictureHint)} error={error} optional>
          <FileDrop
            accept={KINDS}
            limit_bytes={LIMIT_BYTES}
            onFile={take}
            onRefused={setError}
            preview={<Avatar name={name} src={preview ?? picture} size="large" />}
          />
        </Field>
        {upload.isPending && <Progress label={t(m.pictureUploading)} />}
        {picture && (
          <div>
            <Button
              size="small"
              tone="quiet"
              icon="trash"
              busy={remove.isPending}
              onClick={() => void run(() => remove.mutateAsync({}), t(m.pictureRemoved))}
            >
              {t(m.pictureRemove)}
            </Button>
          </div>
        )}
      </Stack>
    </Card>
  );
}
