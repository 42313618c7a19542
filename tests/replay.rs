//! The kept programs of `tests/differential` do here what they did on CPython.

#[test]
fn kept_programs_do_what_they_did_on_cpython() {
    match differential::replay() {
        Ok(programs) => assert!(programs > 200, "only {programs} programs are kept"),
        Err(different) => panic!("{different}"),
    }
}
