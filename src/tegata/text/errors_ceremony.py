"""The reasons of refusals in key ceremonies, in Japanese."""

from tegata.text.catalogue import Entry

ENTRIES: dict[str, Entry] = {}

REASONS: dict[str, str] = {
    "a ceremony names who is there: --by NAME": "立会者の氏名を --by で指定してください",
    "below a publicly trusted root no CA is for the server's own name: see acme.certificate": (
        "公的に信頼されたルートの下に、サーバー自身の名前のための認証局は置けません。"
        "acme.certificate を設定してください"
    ),
    "a publicly trusted CA's keys are in tokens: name this one's in [keys] first (BR 6.2.7)": (
        "パブリック認証局の鍵は HSM などのトークンに置きます。先に設定の [keys] で指定してください（BR 6.2.7）"
    ),
    "another ceremony is under way in this directory": "このディレクトリでは別のセレモニーが進行中です",
    "the file holds no request of a CA": "認証局の要求ファイルではありません",
    "the request is not signed by the key that it is for": "要求が、対象の鍵で署名されていません",
    "the request has no http:// URL for certificates and CRLs": (
        "要求に、証明書と CRL の配布先となる http:// の URL がありません"
    ),
    "the request is of another organization than the root's": "要求の組織名がルート証明書と異なります",
    "the request has the root's own name or key": "要求の名前または鍵がルートのものと同じです",
    "the request of the services CA names no host": "サービス用認証局の要求にホスト名がありません",
    "the request is of no CA that there is: issuing, issuing2 …, services": (
        "認証局の名前は issuing、issuing2 …、services のいずれかです"
    ),
    "the country of a CA is a code of ISO 3166-1, such as JP": "認証局の国は JP などの ISO 3166-1 の国コードです",
    "--country is in the root's certificate: --root has it already": (
        "国名はルート証明書に記載されています。--root を指定する場合、--country は不要です"
    ),
    "the subject of a CA is its country, organization and common name": (
        "認証局のサブジェクトは、国、組織名、コモンネームで構成します"
    ),
    "it is a request for another key; take it away": "別の鍵の要求ファイルです。取り除いてください",
    "it is a request by other settings; take it away": "現在の設定とは異なる要求ファイルです。取り除いてください",
    "it is not good now: compare the clocks of the two machines": (
        "現在は有効期間外です。2台の機器の時刻を確認してください"
    ),
    "the request is not the one with this SHA-256": "要求ファイルの SHA-256 が一致しません",
    "the root has certified this name for another key": "同じ名前の証明書が、別の鍵に対して発行済みです",
    "the root has revoked this key as compromised: make another one": (
        "ルートが危殆化を理由に失効させた鍵です。別の鍵を作成してください"
    ),
    "the request was certified before, and its certificate is in issued/ no more": (
        "この要求の証明書は発行済みですが、issued/ にありません"
    ),
    "a revocation has a reason: --reason N": "失効理由を --reason で指定してください",
    "the certificate is on the root's CRL already": "証明書はすでにルートの CRL に記載されています",
    "the root's CRL in place is a newer one": "配置済みのルートの CRL のほうが新しいものです",
    "the certificate in place is a newer one": "配置済みの証明書のほうが新しいものです",
    "there is no transcript in this directory": "このディレクトリには記録がありません",
    "the certificate answers no request of this CA": "この認証局の要求に対応する証明書ではありません",
    "issuing CAs are numbered one after the other": "発行認証局の番号は順に付けます",
    "the root has not signed it": "ルートの署名がありません",
    "it is not what the transcript says": "記録されている内容と異なります",
    "it has ended: see ceremony request services": "満了しています。ceremony request services を実行してください",
    "the root has revoked it: see ceremony request services": (
        "ルートが失効させています。ceremony request services を実行してください"
    ),
    "it is no CA's certificate": "認証局の証明書ではありません",
    "it is the root's own certificate": "ルート自身の証明書です",
    "it is no CRL in DER": "DER 形式の CRL ではありません",
    "it is no certificate in PEM and no CRL in DER": "PEM 形式の証明書でも DER 形式の CRL でもありません",
}
