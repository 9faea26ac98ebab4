"""Pages about customers and mails inside the admin: see bookstore/staff_menu.py."""

from django.utils.translation import gettext_lazy as _

from bookstore.staff_menu import StaffPage

from .views import customers, mail_samples

SEE, CLOSE = "accounts.view_user", "accounts.deactivate_user"
ONE = "customers/<int:user_id>/"
MAILS, SAMPLE = "accounts.view_outboxmessage", "mails/<slug:name>/"

PAGES = [
    StaffPage("customers", "customers/", customers.customer_list, SEE, _("Customers")),
    StaffPage("customer_guest", "customers/guest/", customers.guest, SEE),
    StaffPage("customer", ONE, customers.customer, SEE),
    StaffPage("customer_sign_out", f"{ONE}sign-out/", customers.customer_sign_out, CLOSE),
    StaffPage("customer_deactivate", f"{ONE}deactivate/", customers.customer_deactivate, CLOSE),
    StaffPage("customer_reactivate", f"{ONE}reactivate/", customers.customer_reactivate, CLOSE),
    StaffPage(
        "mail_samples", "mails/", mail_samples.mail_samples, MAILS, _("What mails look like")
    ),
    StaffPage("mail_sample", SAMPLE, mail_samples.mail_sample, MAILS),
    StaffPage("mail_sample_html", f"{SAMPLE}html/", mail_samples.mail_sample_html, MAILS),
]
