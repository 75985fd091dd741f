//! Mails about accounts. Links carry their secret in the fragment, which no server sees.

use plenary_proto::identity::v1::{
    EmailVerificationRequested, PasswordChanged, PasswordResetRequested, SignUpRepeated,
};

use super::{Composer, Composition};
use crate::domain::mail::{Mail, Recipient, Template};
use crate::render::layout::{Block, Layout};

const FOOTER: &str = "You get this mail because this address was used at Plenary. If that was not you, ignore it.";

pub(super) fn verification(composer: &Composer, fact: &EmailVerificationRequested) -> Composition {
    let blocks = vec![
        Block::Paragraph(format!("Hello {},", fact.display_name)),
        Block::Paragraph("confirm that this address is yours, and your account is ready.".to_owned()),
        Block::Button {
            label: "Confirm this address".to_owned(),
            url: format!("{}/verify-email#{}", composer.site, fact.token),
        },
        Block::Paragraph("The link works once, for 24 hours.".to_owned()),
    ];
    one(
        Template::VerifyEmail,
        &fact.email,
        &fact.display_name,
        "Confirm your email address",
        blocks,
    )
}

pub(super) fn repeated(composer: &Composer, fact: &SignUpRepeated) -> Composition {
    let blocks = vec![
        Block::Paragraph(format!("Hello {},", fact.display_name)),
        Block::Paragraph(
            "somebody, probably you, has just tried to sign up with this address. You have an account already: sign in, \
             or set a new password if you have forgotten yours."
                .to_owned(),
        ),
        Block::Button { label: "Sign in".to_owned(), url: format!("{}/sign-in", composer.site) },
    ];
    one(
        Template::SignUpRepeated,
        &fact.email,
        &fact.display_name,
        "You have an account already",
        blocks,
    )
}

pub(super) fn reset(composer: &Composer, fact: &PasswordResetRequested) -> Composition {
    let blocks = vec![
        Block::Paragraph(format!("Hello {},", fact.display_name)),
        Block::Paragraph("set a new password with this link. Until you do, the old one stays.".to_owned()),
        Block::Button {
            label: "Set a new password".to_owned(),
            url: format!("{}/reset-password#{}", composer.site, fact.token),
        },
        Block::Paragraph("The link works once, for a short time.".to_owned()),
    ];
    one(
        Template::ResetPassword,
        &fact.email,
        &fact.display_name,
        "Set a new password",
        blocks,
    )
}

pub(super) fn changed(composer: &Composer, fact: &PasswordChanged) -> Composition {
    let blocks = vec![
        Block::Paragraph(format!("Hello {},", fact.display_name)),
        Block::Paragraph(
            "your password has just been changed, and every other session of yours has ended. If that was not you, set a \
             new one at once."
                .to_owned(),
        ),
        Block::Button { label: "Set a new password".to_owned(), url: format!("{}/reset-password", composer.site) },
    ];
    one(
        Template::PasswordChanged,
        &fact.email,
        &fact.display_name,
        "Your password has been changed",
        blocks,
    )
}

fn one(template: Template, email: &str, name: &str, subject: &str, blocks: Vec<Block>) -> Composition {
    let layout = Layout {
        heading: subject.to_owned(),
        blocks,
        footer: FOOTER.to_owned(),
    };
    let mail = Mail {
        template,
        recipient: Recipient {
            email: email.to_owned(),
            name: name.to_owned(),
        },
        subject: subject.to_owned(),
        text: layout.text(),
        html: layout.html(),
        calendar: None,
        pictures: Vec::new(),
    };
    Composition {
        mails: vec![mail],
        notices: Vec::new(),
    }
}
