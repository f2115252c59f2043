/** What is read on Integrations → Microsoft Entra ID → Connection. */

import { many } from "./many.js";

export const connection = {
  status: "Status",
  tenant: "Entra tenant",
  sinceLabel: "Since",
  triedAt: "Last tried",
  sinceNever: "Not noted",
  connect: "Connect",
  connectAgain: "Connect again",
  newLink: "Get a new link",
  reconnect: "Reconnect",
  disconnect: "Disconnect",
  nothingToDisconnect: "There is no connection to end.",
  permissions: "What is asked for",
  permissionsBody: "Scheduled Syncs reads users, groups and who is in them. It never writes to Entra ID.",
  notConnectedTitle: "Not connected yet.",
  notConnectedBody: "An administrator of your Entra tenant consents once. Press Connect, and give the link to that person or open it yourself.",
  pendingTitle: "Waiting for an administrator to consent.",
  pendingBody: "This page looks again by itself and tells as soon as it is done.",
  tryingTitle: "The consent has arrived.",
  tryingBody: "What it allows takes some minutes to reach all of Entra ID's servers. It is tried again by itself for up to 15 minutes.",
  reconnectingTitle: "A new consent was asked for.",
  reconnectingBody: "The connection goes on as it is until it is given.",
  notRenewedTitle: "The new consent has not worked.",
  notRenewedBody: "The connection goes on as it is.",
  failedTitle: "Entra ID cannot be read.",
  disconnectedTitle: "Disconnected.",
  disconnectedBody: "Scheduled syncs do not run. Groups, schedules, people and cards are as they were.",
  linkLost: "The link was shown once, to the person who pressed Connect. If it is lost, get a new one; the one before then ends.",
  isConnected: "Microsoft Entra ID is connected.",
  isDisconnected: "Microsoft Entra ID is disconnected.",
  confirmFields: "One step is left: no sync runs until the field settings are confirmed.",
  confirmFieldsAction: "Confirm the field settings",

  link: {
    title: "Consent link",
    label: "Link for an administrator of the Entra tenant",
    once: "Shown only now: copy it before you leave this page. It works once. A new one can be made at any time, which ends this one.",
    copy: "Copy link",
    copied: "Link copied.",
    notCopied: "The browser did not allow copying. The link is selected: copy it with the keyboard.",
    open: "Open in a new tab",
    expires: (inTime) => `Expires ${inTime}`,
    expired: "Expired. Get a new link.",
  },

  ending: {
    title: "Disconnect Microsoft Entra ID?",
    schedules: (count) =>
      count === 0 ? "No schedule is switched on, so no sync is stopped." : `${many(count, "scheduled sync", "scheduled syncs")} will not run until Entra ID is connected again.`,
    stays: "Groups, schedules, people and cards stay as they are; nobody is taken out.",
    consent: "The consent in Entra ID itself stays until an administrator takes it back there.",
    action: (count) => (count === 0 ? "Disconnect" : `Disconnect and stop ${many(count, "sync", "syncs")}`),
  },
};
