"""Every address of the shop: the page of PAGES that shows it, or why there is no page to look at.

A new address needs a row in one of the two, and a row whose address is gone is to be taken out; an
address that takes only forms needs none, nor do the pages that Django makes for each model of the admin:
test_admin_pages.py comes to all of these. Where several names lead to one address, the first one counts.
"""

# One page is enough: other states of it are in PAGES as well.
_PAGES = """
catalog:home | home
catalog:book_list | list
catalog:book_detail | book
catalog:author_detail | author
catalog:series_detail | series
catalog:publisher_detail | publisher
catalog:genre_list | genres
catalog:genre_detail | genre
shop:basket_detail | basket
shop:checkout | checkout
shop:checkout_payment | last look before paying
shop:demo_payment | payment
shop:order_list | orders
shop:order_find | find an order
shop:order_detail | order paid
shop:order_invoice | invoice
shop:withdraw | withdraw
shop:withdraw_confirm | confirm a withdrawal
shop:withdraw_done | withdrawn
waitlist:queue_index | waiting lists
waitlist:queue_detail | waiting list
waitlist:alert_set | tell me when it is back
waitlist:alert_stop | end of alerts
waitlist:place_list | places
waitlist:place_detail | place
waitlist:place_leave | leave a list
waitlist:place_decline | pass a copy on
waitlist:wishlist_default | no wishlist
waitlist:wishlist_new | make a list
waitlist:wishlist_add | save a book
waitlist:wishlist_move | move a book
waitlist:wishlist_detail | wishlist
waitlist:wishlist_rename | rename a list
waitlist:wishlist_delete | delete a list
waitlist:wishlist_share | share a list
waitlist:wishlist_shared | shared list
waitlist:notices | emails about books
waitlist:notices_stop | end of emails about wishlists
reviews:review_list | reviews
reviews:review_write | write a review
reviews:review_edit | edit a review
reviews:review_delete | delete a review
reviews:review_report | report a review
accounts:overview | account
accounts:name_change | name
accounts:address_list | addresses
accounts:address_add | add an address
accounts:address_edit | edit an address
accounts:address_delete | delete an address
accounts:email | email address
accounts:confirm_email | confirm by a link that has ended
accounts:links | Google and GitHub
accounts:sign_in_again | sign in again
accounts:google_callback | back from Google too late
accounts:github_callback | back from GitHub too late
accounts:second_step | sign in with a second step
accounts:passkey_confirm | is it still you, by passkey
accounts:passkey_remove | remove a passkey
accounts:session_list | where one is signed in
accounts:your_data | your data
accounts:delete_account | delete an account
accounts:account_deleted | account deleted
account_login | sign in
account_logout | sign out
account_inactive | account closed
account_signup | sign up
account_reauthenticate | is it still you
account_email_verification_sent | look in your inbox
account_change_password | change the password
account_set_password | set a password
account_reset_password | password reset
account_reset_password_done | password reset, done
account_reset_password_from_key | choose a new password
account_reset_password_from_key_done | password is reset
mfa_index | second step
mfa_reauthenticate | is it still you, by code
mfa_activate_totp | set up an app
mfa_deactivate_totp | stop using the app
mfa_view_recovery_codes | recovery codes
mfa_generate_recovery_codes | new recovery codes
mfa_list_webauthn | passkeys
mfa_add_webauthn | add a passkey
mfa_edit_webauthn | rename a passkey
socialaccount_login_cancelled | said no at Google
socialaccount_login_error | another site failed
google_login | sign in by Google
github_login | sign in by GitHub
language | choose a language
terms | terms
privacy | privacy
delivery | delivery
returns | returns
contact | contact
accessibility | accessibility
how-reviews-work | how reviews work
admin:index | dashboard
admin:app_list | admin of one app
admin:customers | a member found
admin:customer | a customer
admin:customer_guest | a guest
admin:customer_sign_out | sign a customer out
admin:customer_deactivate | close an account
admin:customer_reactivate | open an account again
admin:mail_samples | what mails look like
admin:mail_sample | a sample of a mail
admin:price_changes | changes of prices
admin:price_change_new | change prices
admin:price_change | a change of prices
admin:book_stock | set stock
admin:goods_in | deliveries to the shop
admin:goods_in_delivery | unpack a delivery
admin:goods_in_line | unpack a delivery, at a line
admin:goods_in_book | enter a book of a delivery
admin:goods_in_post | look at a delivery
admin:goods_in_posted | a delivery in stock
admin:goods_in_shelves | shelf list of a delivery
admin:stock_take_list | stock takes
admin:stock_take_begin | begin a stock take
admin:stock_take_detail | stock take posted
admin:stock_take_count | count the stock
admin:stock_take_missing | books not counted yet
admin:stock_take_review | review a stock take
admin:stock_take_abandon | give up a stock take
admin:feed_list | feeds
admin:feed_upload | upload a feed
admin:feed_detail | a feed looked at
admin:catalog_book_withdraw | withdraw a book
admin:catalog_book_put_back | put a book back
admin:waitlist_prebooking_take_back | take a held copy back
admin:waitlist_prebooking_end | end a place on a list
admin:shop_order_post | post an order
admin:shop_order_cancel | cancel an order
admin:shop_order_refund | refund an order
admin:shop_order_move | move an order
admin:shop_order_note | note about an order
admin:shop_order_invoice | invoice, for staff
admin:shop_order_mail_again | send a mail again
admin:shop_pick_list | pick list
admin:shop_refundrequest_approve | approve a refund
admin:shop_refundrequest_decline | decline a refund
admin:accounts_outboxmessage_again | send a mail of the outbox again
admin:reviews_review_remove | remove a review
admin:reviews_review_keep | keep a review
admin:reviews_review_restore | put a review back
"""
_NO_PAGES = """
catalog:book_by_number | leads on to the page of the book
catalog:suggest | a part of every page, which test_suggest.py looks at
catalog:cover | a picture
catalog:completions | what a browser asks for, JSON
catalog:opensearch | a file, for machines
catalog:new_books | a feed
catalog:new_by_author | a feed
catalog:new_in_genre | a feed
catalog:book_card | a picture
catalog:shop_card | a picture
shop:order_open | leads on to the order
shop:order_paid | leads on to the order
waitlist:queue_steps | a file, CSV
accounts:no_other_address | leads on to the way in
accounts:no_tokens | a page that is not found
accounts:totp_qr | a picture
accounts:passkey_sign_in | what the script of passkeys asks for, JSON
account_confirm_login_code | leads on to the way in: the shop sends no codes
mfa_download_recovery_codes | a file, text
media | a picture
robots | a file, for machines
sitemap_index | a file, for machines
sitemap_pages | a file, for machines
sitemap | a file, for machines
security_txt | a file
change_password | leads on to the page for it
healthz | for machines
readyz | for machines
metrics | for machines that know the token
admin:view_on_site | leads on to the page in the shop
admin:login | leads on to the way in
admin:logout | takes only a form, of Django
admin:password_change | leads on to the page of everybody
admin:password_change_done | where nothing of ours leads
admin:auth_user_password_change | open to nobody
admin:autocomplete | what a field of a form asks for, JSON
admin:jsi18n | a script
admin:accounts_outboxmessage_html | a mail in a frame, which test_mails.py looks at
admin:mail_sample_html | a mail in a frame, which test_mails.py looks at
admin:panel_sales_csv | a file, CSV
admin:panel_orders_by_state_csv | a file, CSV
admin:panel_best_sellers_csv | a file, CSV
admin:panel_low_stock_csv | a file, CSV
admin:panel_queues_csv | a file, CSV
admin:panel_missed_searches_csv | a file, CSV
admin:stock_take_csv | a file, CSV
admin:feed_changes_csv | a file, CSV
admin:feed_problems_csv | a file, CSV
admin:feed_run_problems_csv | a file, CSV
admin:(admin/(?P<url>.*)$) | all else below /admin/, which is not found
"""


def _rows(table: str) -> dict[str, str]:
    rows = [line.split(" | ") for line in table.strip().splitlines()]
    known = dict(rows)
    assert len(known) == len(rows), "two rows of one name"
    return known


PAGE_AT, NO_PAGE_AT = _rows(_PAGES), _rows(_NO_PAGES)
