package sandbox

import (
	"maps"
	"slices"
)

// setContact puts a request's members into a contact. Unknown members are
// ignored: Intercom documents no check of them.
func (s *Server) setContact(v *contact, body object) error {
	if err := setTexts(body, map[string]*string{
		"email": &v.Email, "phone": &v.Phone, "name": &v.Name, "avatar": &v.Avatar,
	}); err != nil {
		return err
	}
	if err := setTimes(body, map[string]*int64{
		"signed_up_at": &v.SignedUpAt, "last_seen_at": &v.LastSeenAt,
	}); err != nil {
		return err
	}
	unsubscribed, ok, err := body.flag("unsubscribed_from_emails")
	if err != nil {
		return err
	}
	if ok {
		v.UnsubscribedFromEmails = unsubscribed
	}
	for _, set := range []func(*contact, object) error{setExternalID, setEmailVerified, s.setOwner, s.setContactAttributes} {
		if err := set(v, body); err != nil {
			return err
		}
	}
	return nil
}

// setTexts puts text members where they belong. Null empties.
func setTexts(body object, targets map[string]*string) error {
	for _, name := range slices.Sorted(maps.Keys(targets)) {
		text, ok, err := body.text(name)
		if err != nil {
			return err
		}
		if ok {
			*targets[name] = text
		}
	}
	return nil
}

// setTimes puts integer members where they belong. Null empties.
func setTimes(body object, targets map[string]*int64) error {
	for _, name := range slices.Sorted(maps.Keys(targets)) {
		n, ok, err := body.integer(name)
		if err != nil {
			return err
		}
		if ok {
			*targets[name] = n
		}
	}
	return nil
}

// setExternalID ignores null, which cannot clear it, and leads, whose ids
// Intercom makes up.
func setExternalID(v *contact, body object) error {
	id, ok, err := body.text("external_id")
	if err == nil && ok && id != "" && v.Role == "user" {
		v.ExternalID = id
	}
	return err
}

// setEmailVerified wants the email in the same request.
func setEmailVerified(v *contact, body object) error {
	verified, ok, err := body.flag("email_verified")
	if err != nil || !ok {
		return err
	}
	if isEmpty(body["email"]) {
		return badParameter("email_verified must be sent together with an email")
	}
	v.EmailVerified = verified
	return nil
}

func (s *Server) setOwner(v *contact, body object) error {
	id, ok, err := body.text("owner_id")
	if err != nil || !ok {
		return err
	}
	if id != "" && s.state.admin(id) == nil {
		return badParameter("The owner specified is not a member of the workspace")
	}
	v.OwnerID = id
	return nil
}

func (s *Server) setContactAttributes(v *contact, body object) error {
	values, err := s.mergeAttributes("contact", v.CustomAttributes, body["custom_attributes"])
	v.CustomAttributes = values
	return err
}
