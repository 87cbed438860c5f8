"""Sentences of the errors raised by the CA's rules of EABs and contracts, and their reasons in Japanese."""

from tegata.text.catalogue import Entry, Sentence

ENTRIES: dict[str, Entry] = {
    # EAB.
    "eab.required": Entry(
        Sentence(
            "A new account at this CA needs the EAB of a contract, and the request has none.",
            "この認証局でアカウントを新しく登録するには契約の EAB が必要ですが、指定されていません。",
        ),
        Sentence(
            "Download the EAB from the customer portal and give both its values (--eab --kid … --hmac …).",
            "お客様専用ページの EAB の MAC鍵識別子と MAC鍵を指定してください（--eab --kid … --hmac …）。",
        ),
    ),
    "eab.refused": Entry(
        Sentence(
            "The EAB was not accepted: its key identifier and its MAC key do not belong together here.",
            "EAB が受け付けられませんでした。MAC鍵識別子と MAC鍵の組み合わせが正しくありません。",
        ),
        Sentence(
            "Download the EAB file from the customer portal again and copy both values whole, without blanks.",
            "お客様専用ページから EAB ファイルをダウンロードし直し、両方の値を空白を入れずに最後まで写してください。",
        ),
    ),
    "eab.malformed": Entry(
        Sentence(
            "The external account binding (EAB) of the request is not valid: {reason}.",
            "リクエストの外部アカウントの紐づけ（EAB）が正しくありません: {reason}。",
        ),
        Sentence(
            "Please update your ACME client; if its newest version gets the same answer, report this to its authors.",
            "ACME クライアントを更新してください。最新版でも同じ場合は、クライアントの開発元へお問い合わせください。",
        ),
    ),
    "eab.disabled": Entry(
        Sentence(
            "The EAB {kid} of contract {contract} is disabled, and with it the accounts registered by it.",
            "契約 {contract} の EAB（{kid}）は無効化されており、これで登録したアカウントも利用できません。",
        ),
        Sentence(
            "Download the contract's present EAB from the customer portal and register a new account, or ask the CA.",
            "お客様専用ページの現在の EAB でアカウントを登録し直すか、認証局へお問い合わせください。",
        ),
    ),
    "eab.superseded": Entry(
        Sentence(
            "The EAB {kid} of contract {contract} was replaced by another and registers no new accounts.",
            "契約 {contract} の EAB（{kid}）は新しいものに交換されたため、アカウントの新規登録には使用できません。",
        ),
        Sentence(
            "Download the present EAB from the customer portal; accounts registered before go on as they are.",
            "お客様専用ページで現在の EAB をダウンロードしてください。登録済みのアカウントはそのまま利用できます。",
        ),
    ),
    "eab.expired": Entry(
        Sentence(
            "The EAB {kid} of contract {contract} expired at {expires}, and with it the accounts registered by it.",
            "契約 {contract} の EAB（{kid}）は {expires} に有効期限が切れ、これで登録したアカウントも利用できません。",
        ),
        Sentence(
            "Get another EAB of the contract from the customer portal and register a new account with it.",
            "お客様専用ページで契約の別の EAB を取得し、アカウントを登録し直してください。",
        ),
    ),
    "eab.other-contract": Entry(
        Sentence(
            "The account belongs to contract {contract}, the EAB {kid} to another contract.",
            "アカウントは契約 {contract} のものですが、EAB（{kid}）は別の契約のものです。",
        ),
        Sentence(
            "Use an EAB of the account's contract, or register an account with a new key for the other contract.",
            "アカウントと同じ契約の EAB を使用するか、別の契約用に新しい鍵でアカウントを登録してください。",
        ),
    ),
    "eab.used-up": Entry(
        Sentence(
            "The EAB {kid} has registered as many accounts as it may: {accounts}.",
            "EAB（{kid}）で登録できるアカウント数の上限（{accounts}）に達しています。",
        ),
        Sentence(
            "Use an account that is there already (its folder can be copied), or get another EAB from the portal.",
            "登録済みのアカウントを使用するか、お客様専用ページで別の EAB を追加してください。",
        ),
    ),
    # Contracts.
    "contract.not-started": Entry(
        Sentence("Contract {contract} begins only at {starts}.", "契約 {contract} の開始は {starts} です。"),
        Sentence("Please try again when it has begun.", "契約の開始後にもう一度お試しください。"),
    ),
    "contract.expired": Entry(
        Sentence(
            "Contract {contract} ended at {ends}; no certificates are issued under it.",
            "契約 {contract} は {ends} に満了したため、証明書を発行できません。",
        ),
        Sentence(
            "Renew the contract: the same EAB and account then go on working.",
            "契約を更新してください。更新後は同じ EAB とアカウントをそのまま利用できます。",
        ),
    ),
    "contract.suspended": Entry(
        Sentence(
            "Contract {contract} is suspended; no certificates are issued under it for now.",
            "契約 {contract} は停止中のため、現在は証明書を発行できません。",
        ),
        Sentence(
            "Please ask the CA; when it is resumed, the same EAB and account go on working.",
            "認証局へお問い合わせください。再開後は同じ EAB とアカウントをそのまま利用できます。",
        ),
    ),
    "contract.ended": Entry(
        Sentence(
            "Contract {contract} was ended early; no certificates are issued under it any more.",
            "契約 {contract} は終了しており、証明書は発行できません。",
        ),
        Sentence("A new contract is needed, with its own EAB.", "新しい契約と、その EAB が必要です。"),
    ),
    "contract.examination": Entry(
        Sentence(
            "The organization was last examined on {examined}, more than {days} days ago.",
            "組織の審査（{examined}）から {days} 日を超えています。",
        ),
        Sentence(
            "Ask the CA to examine it again (contract examine, contract release); nothing else need be changed.",
            "認証局に再審査（contract examine、contract release）をご依頼ください。完了後、証明書を取得できます。",
        ),
    ),
    "contract.not-examined": Entry(
        Sentence(
            "The organization of contract {contract} has not been examined yet, or nobody has released it.",
            "契約 {contract} の組織の審査は、まだ完了していません。",
        ),
        Sentence(
            "Ask the CA to finish it (contract examine, then contract release by another person), and try again.",
            "認証局に審査の完了（contract examine と、別の担当者による contract release）をご確認ください。",
        ),
    ),
    "contract.no-acme": Entry(
        Sentence(
            "The service of contract {contract} has no ACME and no EAB.",
            "契約 {contract} のサービスは ACME に対応しておらず、EAB はありません。",
        ),
        Sentence(
            "For certificates by ACME, another service is needed.",
            "ACME で証明書を発行するには、別のサービスをお申し込みください。",
        ),
    ),
    "portal.no-requests": Entry(
        Sentence(
            "No certificate of contract {contract} is applied for in the portal: it comes by ACME, or not at all.",
            "契約 {contract} の証明書は、お客様専用ページからの発行申請の対象ではありません。",
        ),
        Sentence(
            "If the contract has an EAB, download it, and have an ACME client get the certificate.",
            "契約に EAB がある場合は、EAB をダウンロードし、ACME クライアントで証明書を発行してください。",
        ),
    ),
    # Customer and operator.
    "portal.login": Entry(
        Sentence("The mail address or the password is wrong.", "メールアドレスまたはパスワードが正しくありません。"),
        Sentence(
            "Check both, capital letters included; if the password is lost, ask the CA.",
            "大文字・小文字を含めてご確認ください。パスワードをお忘れの場合は認証局へお問い合わせください。",
        ),
    ),
    "operator.unknown": Entry(
        Sentence("There is no {kind} {name}.", "{kind} {name} はありません。"),
        Sentence(
            "List what there is (tegata-ca contract list, tegata-ca cert list) and check the spelling.",
            "一覧（tegata-ca contract list、tegata-ca cert list）で確認し、正しく指定してください。",
        ),
    ),
    "operator.unknown-service": Entry(
        Sentence("There is no service {name}.", "サービス {name} はありません。"),
        Sentence(
            "Those in settings.toml are: {services}. Give one by its id or its label.",
            "settings.toml にあるサービスは {services} です。ID または名称で指定してください。",
        ),
    ),
    "operator.refused": Entry(
        Sentence("This cannot be done: {reason}.", "実行できません: {reason}。"),
        Sentence(
            "Nothing was changed; correct what was given, or look at the present state (show).",
            "何も変更していません。指定内容を修正するか、現在の状態（show）を確認してください。",
        ),
    ),
    "operator.no-eab-file": Entry(
        Sentence(
            "There is no file of the EAB {kid} of contract {contract}: it is disabled, has expired or was rotated, and "
            "nobody can register with it.",
            "契約 {contract} の EAB（{kid}）は無効化・期限切れ・交換のいずれかによりアカウントを登録できないため、"
            "ファイルを出力しません。",
        ),
        Sentence(
            "Look at the contract's EABs (tegata-ca eab list {contract}); tegata-ca eab add {contract} makes another.",
            "契約の EAB は tegata-ca eab list {contract} で確認できます。tegata-ca eab add {contract} で追加できます。",
        ),
    ),
}

# Fixed phrases that errors give as their facts ``reason`` and ``kind``.
REASONS: dict[str, str] = {
    "the contract's certificates name no organization": "この契約の証明書には組織名が記載されません",
    "the examination lies in the future": "審査の日時が未来です",
    "the examination is too old to count": "審査が古すぎるため有効ではありません",
    "there is no examination to be released": "承認待ちの審査がありません",
    "who examined the organization must not release it; another person must": (
        "審査の担当者自身は承認できません。別の担当者が承認してください"
    ),
    "another examination was recorded after the one that was looked at": (
        "確認された審査の後に、別の審査が記録されています"
    ),
    "several examinations wait to be released, and it was not said which was looked at": (
        "承認待ちの審査が複数あります。確認した審査を指定してください"
    ),
    "it was released at the same moment, or a later examination was before": (
        "同時に承認されたか、より新しい審査が承認済みです"
    ),
    "a name or text of the examination says nothing, or has more than one line": (
        "審査の担当者名または記録が空であるか、複数行です"
    ),
    "a text of the examination is too long": "審査の記録が長すぎます",
    # kinds
    "contract": "契約",
    "certificate": "証明書",
    "examination": "審査",
    "service": "サービス",
    "login": "ログインID",
    # what an operator gives
    "the instant by which they are to be replaced is not ahead": "交換の期限が現在より後ではありません",
    "the contract would end before it starts": "契約の終了が開始より前になります",
    "the contract would end after the year 9999": "契約の終了が西暦 9999 年を超えます",
    "the contract lasts as long already": "契約はすでにその時点まで有効です",
    "the contract would still have ended": "更新しても契約は終了済みのままです",
    "the contract was ended, or changed a moment ago": "契約は終了しているか、直前に変更されました",
    "the contract is suspended already, or was ended": "契約はすでに停止中か、終了しています",
    "the contract is not suspended, or was ended": "契約は停止中ではないか、終了しています",
    "the contract was ended before": "契約はすでに終了しています",
    "another contract for this customer was added at the same moment": "同じお客様の契約が同時に追加されました",
    "a contract needs at least one domain": "契約にはドメイン名が少なくとも 1 つ必要です",
    "operator": "運用者",
    "a certificate is of another contract than was said": "指定した契約のものではない証明書が含まれています",
    "somebody logs in by this mail address already": "このメールアドレスはすでにログインに使われています",
    "this user is an operator already": "この利用者はすでに運用者です",
    "the name of the operator says nothing, or has more than one line": "運用者の名前が空であるか、複数行です",
    "the name of the operator is too long": "運用者の名前が長すぎます",
    "the user is no mail address": "利用者（user）がメールアドレスではありません",
    "the country is no code of ISO 3166-1 in capital letters, such as JP": (
        "国が JP のような ISO 3166-1 のコード（大文字）ではありません"
    ),
    "an organization needs its state or its locality here, or has no certificate": (
        "この認証局で証明書を発行するには、組織の都道府県または市区町村が必要です"
    ),
    "a part of the organization is longer than certificates allow": (
        "組織の情報に、証明書に記載できる長さを超えるものがあります"
    ),
    "a part of the organization is empty, or no text that a certificate can show": (
        "組織の情報に、空のもの、または証明書に記載できないものがあります"
    ),
    "the EAB is disabled": "EAB は無効化されています",
    "the EAB was rotated before": "EAB はすでに交換されています",
    "so much was done to the contract's EABs that it has to wait": "EAB に対する操作が短期間の上限に達しています",
    "the EAB is disabled already": "EAB はすでに無効化されています",
    "the label has more than 64 characters": "名称は 64 文字以内で指定してください",
    "the label has characters that cannot be shown": "名称に表示できない文字が含まれています",
    "an EAB is for at least one account": "EAB で登録できるアカウント数は 1 以上で指定してください",
    "another number of accounts depends on the EAB than was said": (
        "EAB を利用しているアカウントの数が指定と異なります"
    ),
    "a name is not among the contract's": "契約に含まれていないドメイン名があります",
    "the terms of service are others than those that were shown": "利用規定が、表示されたものから改定されています",
    "the instant has passed": "指定された日時をすでに過ぎています",
}
