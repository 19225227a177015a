//! Previews of links that I send: made by this node if its owner wants that, never for what others send.

use std::collections::VecDeque;

use kith_api::{
    ApiError, ErrorCode, PreviewId, Reply,
    params::{Done, PreviewLinkParams, PreviewLinkReply},
    views::LINK_PREVIEWS,
};
use kith_wire::{LinkPreview, web};

use crate::{
    CommandId, Output, Page, PageOutcome, convert,
    core::Core,
    error::{CoreError, deny},
};

/// How many previews are kept for sending: one for each of some conversations that are written in at a time.
const MADE_MAX: usize = 16;

/// What is being looked at, and what was. Never on disk before it is sent.
#[derive(Default)]
pub(crate) struct LinkPreviews {
    running: Option<Running>,
    /// The newest last.
    made: VecDeque<(PreviewId, LinkPreview)>,
}

struct Running {
    id: u64,
    command: CommandId,
    url: String,
}

impl LinkPreviews {
    /// The command that waits for a page.
    pub(crate) fn take_command(&mut self) -> Option<CommandId> {
        self.running.take().map(|running| running.command)
    }
}

impl Core {
    /// Whether that is wished, and the sites may learn where this node is.
    fn makes_previews(&self) -> Result<bool, CoreError> {
        Ok(self.store.setting(LINK_PREVIEWS)?.as_deref() == Some("true") && !self.relay_only()?)
    }

    /// Asks for a page. The reply comes later.
    pub(crate) fn preview_page(
        &mut self,
        command: CommandId,
        params: PreviewLinkParams,
        out: &mut Vec<Output>,
    ) -> Result<Option<Reply>, CoreError> {
        if !self.makes_previews()? {
            let hidden = self.relay_only()?;
            let why = if hidden {
                "no page is visited while network.relay_only is on"
            } else {
                "link previews are switched off"
            };
            return deny(ErrorCode::NotAllowed, why);
        }
        let url = params.url;
        if !web::is_web_link(&url) {
            return deny(ErrorCode::InvalidArgument, "this is no link to a page");
        }
        self.stop_previewing(out);
        let id = self.fresh_id();
        out.push(Output::FetchPage { id, url: url.clone() });
        self.previews.running = Some(Running { id, command, url });
        Ok(None)
    }

    pub(crate) fn cancel_preview(&mut self, out: &mut Vec<Output>) -> Done {
        self.stop_previewing(out);
        Done {}
    }

    /// Nothing is looked at any more; whoever waits is told.
    fn stop_previewing(&mut self, out: &mut Vec<Output>) {
        if let Some(command) = self.previews.take_command() {
            out.push(Output::StopFetching);
            out.push(Output::Reply(command, Err(ApiError::new(ErrorCode::Cancelled, "another link is looked at"))));
        }
    }

    /// The switch was turned.
    pub(crate) fn previews_changed(&mut self, out: &mut Vec<Output>) -> Result<(), CoreError> {
        if !self.makes_previews()? {
            self.stop_previewing(out);
            self.previews.made.clear();
        }
        Ok(())
    }

    /// A page was seen, or could not be.
    pub(crate) fn page_fetched(&mut self, id: u64, outcome: PageOutcome, out: &mut Vec<Output>) {
        let Some(Running { command, url, .. }) = self.previews.running.take_if(|running| running.id == id) else {
            return;
        };
        let reply = match outcome {
            PageOutcome::Page(page) => self.made(&url, page).ok_or_else(nothing),
            PageOutcome::Nothing => Err(nothing()),
            PageOutcome::Unreachable => Err(ApiError::new(ErrorCode::Offline, "the page cannot be reached")),
            PageOutcome::Refused => {
                Err(ApiError::new(ErrorCode::InvalidArgument, "only https links to public sites are looked at"))
            }
        };
        out.push(Output::Reply(command, reply.map(Reply::ChatsPreviewLink)));
    }

    fn made(&mut self, url: &str, page: Page) -> Option<PreviewLinkReply> {
        let preview = LinkPreview::create(url, &page.title, &page.description, page.picture)?;
        let id = PreviewId::from_bytes(self.random_msg().to_bytes());
        let reply = PreviewLinkReply {
            id,
            preview: convert::link_preview_view(&preview),
            picture: preview.picture.as_ref().map(convert::picture_view),
        };
        self.previews.made.push_back((id, preview));
        while self.previews.made.len() > MADE_MAX {
            self.previews.made.pop_front();
        }
        Some(reply)
    }

    /// What was seen behind a link that stands in this text.
    pub(super) fn made_preview(&self, id: PreviewId, text: &str) -> Option<LinkPreview> {
        let (_, preview) = self.previews.made.iter().find(|(made, _)| *made == id)?;
        web::has_link(text, &preview.url).then(|| preview.clone())
    }
}

fn nothing() -> ApiError {
    ApiError::new(ErrorCode::NotFound, "the page says nothing about itself")
}
